"""What an invoice is and may become: pure rules, without clock, network, database or vendor."""

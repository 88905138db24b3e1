"""How fast Billingua is: figures that are ratios within one run. `make bench` takes them all."""

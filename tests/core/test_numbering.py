from billingua.core.numbering import padded


def test_a_number_is_written_with_zeros_before_it_and_never_cut():
    assert padded(9, 8) == "00000009"
    assert padded(123456789, 8) == "123456789"
    assert padded(0, 1) == "0"

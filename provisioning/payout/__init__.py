"""What shops have to be paid, as a file for the sponsor's bank: planned, marked on the contract, written once.

Nothing here knows who asks: the commands call it, and a town's portal can. Names and account numbers of shops exist in
the list that is read and the file that is written, and in nothing that is logged, raised or kept between.
"""

__name__ = __name__
    .desc = Compte un de plus

package one

func One() int { return 1 }

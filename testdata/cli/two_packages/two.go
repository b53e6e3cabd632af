package two

func Two() int { return 2 }

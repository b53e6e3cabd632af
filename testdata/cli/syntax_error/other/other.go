package other

func Other() string { return 3 }

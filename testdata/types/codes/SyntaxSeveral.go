package p

func slices(list []int) {
	_ = list[::]
	_ = list[0::]
	_ = list[1::10]
	_ = 0x + 0b
	_ = '' + ''
}

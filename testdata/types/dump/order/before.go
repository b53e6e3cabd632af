package order

// Makes `last` the first of its group that has a value.
func (T) arrays(x [last]level) {}

type level = byte

package p

type itself[P any] itself[P]

type first[P any] (second[P])
type second[P any] first[P]

type plain[P any] through
type through plain[int]

type wide[P, Q any] narrow[P]
type narrow[P any] wide[P, string]

type grows[P any] grows[*P]

// Arithmetic: sizes, signs, shifts, conversions, floating point and complex numbers.
package main

import (
	"fmt"
	"math"
	"math/big"
	"math/bits"
)

type small int8

func integers() {
	var i8 int8 = 127
	var u8 uint8 = 255
	var i64 int64 = math.MinInt64
	i8++
	u8++
	fmt.Println(i8, u8, -i64, i64/-1, i64%-1)
	a, b := -7, 2
	fmt.Println(a/b, a%b, a>>1, uint32(a)>>28, a&^3, ^a)
	one, n := 1, 70
	fmt.Println(one<<n, int32(one)<<31, u8-56<<1, small(-128)>>n, int64(-1)>>n)
	for shift := uint(62); shift < 66; shift++ {
		fmt.Print(uint64(1)<<shift, " ", uint64(1)<<63>>shift, " ")
	}
	fmt.Println()
	var x uint16 = 0xbeef
	fmt.Println(int8(x), uint8(x), int32(int16(x)), uint32(int16(x)))
	fmt.Println(bits.LeadingZeros32(1), bits.OnesCount64(0xff), bits.Reverse8(1), bits.Len(1000))
	hi, lo := bits.Mul64(math.MaxUint64, math.MaxUint64)
	fmt.Println(hi, lo)
}

func floats() {
	zero := 0.0
	inf, nan := 1/zero, zero/zero
	fmt.Println(inf, -inf, nan, nan == nan, nan < 1, -zero, 1/(-zero), 1/math.Copysign(0, -1))
	fmt.Println(float32(0.1), float64(float32(0.1)), 0.1+0.2, float32(16777216.0)+1)
	almost, large := 3.99, 1.8e19
	fmt.Println(int(almost), int(-almost), int64(1e18), uint64(large), uint8(int(almost*100)))
	fmt.Println(math.Sqrt(2), math.Floor(-1.5), math.Trunc(2.7), math.Mod(7, 3), math.Pow(2, 0.5))
	fmt.Println(min(1.5, nan), max(zero, -zero), min(3, 1, 2), max("a", "b"))
	fmt.Println(math.MaxFloat64, math.SmallestNonzeroFloat64, float32(math.MaxFloat32))
	fmt.Printf("%v %g %e %.3f %x\n", 1e21, 1e-7, 123456.789, 2.0/3, 1.0)
}

func complexes() {
	c := complex(3, 4)
	d := 1 - 2i
	fmt.Println(c+d, c*d, c/d, real(c), imag(d), c == complex(3, 4), -c)
	var c64 complex64 = complex64(c) * 2i
	fmt.Println(c64, complex128(c64))
}

func main() {
	integers()
	floats()
	complexes()
	factorial := big.NewInt(1)
	for i := int64(1); i <= 30; i++ {
		factorial.Mul(factorial, big.NewInt(i))
	}
	fmt.Println(factorial, new(big.Int).Exp(big.NewInt(3), big.NewInt(100), big.NewInt(1000007)))
	r := big.NewRat(1, 3)
	r.Add(r, big.NewRat(1, 6))
	fmt.Println(r)
}

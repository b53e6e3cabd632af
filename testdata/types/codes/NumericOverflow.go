// Numbers that do not fit.
package p

var a int8 = 128
var b uint = -1
var c = int8(200)
var d = uint8(1) - 2
var e int32 = 1 << 31
var g float32 = 1e40
var h = float32(1e40)
var i byte = 'ā'
var j = 1 << 64
var k = ^uint8(0) + 1
var l int64 = 1 << 63
var m = uint8(255) + 1
var n rune = -1 << 31
var o complex64 = 1e40
var q = -uint8(1)
var r = 10000000000000000000

const s int8 = -129
const t = int16(32767) + 1
const u = int64(1) << 63

func f(x int8, y uint) {
	x = 300
	x += 200
	_ = x * 1000
	_ = y - 1e30
	f(1000, -5)
	_ = x == 500
	switch x {
	case 1000:
	}
}

// Indices out of bounds, and of the wrong types.
package p

func f(s []int, a [3]int, str string, m map[string]int, pa *[2]int, n int8, u uint64, fl float64) {
	_ = s[-1]
	_ = a[3]
	_ = a[-1]
	_ = "abc"[3]
	_ = s["a"]
	_ = s[1.5]
	_ = s[fl]
	_ = s[2.0]
	_ = m[1]
	_ = pa[2]
	_ = s[n]
	_ = s[u]
	_ = s[nil]
	_ = s[1<<70]
	_ = a['a']
	_ = str[true]
	_ = s[:"a"]
	_ = s[-1:]
	_ = a[:4]
	_ = a[5:]
	_ = "abc"[4:]
	_ = s[1:2:fl]
	_ = m[1.5]
	_ = m[nil]
}

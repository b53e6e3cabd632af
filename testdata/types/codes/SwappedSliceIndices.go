// From the lower to the higher index.
package p

func f(s []int, str string, a *[9]int) {
	_ = s[2:1]
	_ = s[1:3:2]
	_ = s[3:2:1]
	_ = s[3:4:1]
	_ = str[2:1]
	_ = a[5:4]
	_ = "abc"[2:1]
	_ = s[1:1:1]
}

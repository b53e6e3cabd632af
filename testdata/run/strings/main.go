// Strings, bytes and runes.
package main

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

func main() {
	s := "héllo, 世界\xff!"
	for i, r := range s {
		fmt.Print(i, ":", string(r), "(", r, ") ")
	}
	fmt.Println(len(s), utf8.RuneCountInString(s), utf8.ValidString(s))
	bytes, runes := []byte(s), []rune(s)
	bytes[0] = 'H'
	fmt.Println(string(bytes[:3]), string(runes[7:9]), s[1:3], s < "i", s+"?" == s)
	fmt.Println(string(rune(65)), string(rune(-1)), string([]rune{0x10ffff + 1, 'x'}))
	fmt.Println(strings.ToUpper(s), strings.Split("a,b,c", ","), strings.Repeat("ab", 3))
	fmt.Println(strings.Fields("  a b  c "), strings.TrimFunc("123abc456", unicode.IsDigit))
	fmt.Println(strings.Replace("oink oink oink", "k", "ky", 2), strings.Index("chicken", "ken"))
	fmt.Println(strings.Map(func(r rune) rune { return r + 1 }, "HAL"), strings.EqualFold("Go", "GO"))
	fmt.Printf("%q %x % x %s|%8s|%-8s|%08.3f|%+d|%t|%v|%p\n", s, "hex", "hex", []string{"a"}, "r", "l", 3.14159, 5, true, nil, nil)
	fmt.Printf("%T %T %v %+v %#v\n", s, runes, struct{ A, b int }{1, 2}, struct{ A int }{1}, map[string][]int{"x": {1}})
	n, err := strconv.Atoi("12a")
	fmt.Println(n, err)
	f, _ := strconv.ParseFloat("1e-3", 64)
	fmt.Println(f, strconv.Quote("tab\tq\"\u00e9\x00"), strconv.FormatInt(-255, 16))
	var b strings.Builder
	for i := range 5 {
		fmt.Fprintf(&b, "%d;", i*i)
	}
	fmt.Println(b.String(), b.Len())
	key := map[string]int{string(bytes): 1}
	fmt.Println(key["H"+s[1:]])
	r := strings.NewReplacer("<", "&lt;", ">", "&gt;")
	fmt.Println(r.Replace("<b>bold</b>"))
	const multi = `raw \n
line`
	fmt.Println(multi, len(multi))
}

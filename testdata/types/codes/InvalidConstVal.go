// Constants that are out of all bounds.
package p

const big = 1 << 600
const bigger = big << 600
const huge = 1e1000000000
const fine = 1 << 500

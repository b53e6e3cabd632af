// Package oldstyle calls functions that are written as before C was standardized: they say nothing
// about their parameters.
package oldstyle

/*
static int sum(a, b)
	int a;
	short b;
{
	return a + b;
}

int prototype(char *text, float x);
int prototype(text, x) char *text; float x; { return text[0]; }

static double (*choose(which))(double)
	int which;
{
	return 0;
}

static char *copy(from, to, n) char *from, *to; unsigned n; { return to; }

static implicit() { return 1; }
static int nothing() { return 2; }

struct pair { int first; int second; };
static struct pair make(first) int first; { struct pair p = { first, 0 }; return p; }

static int apart(a) int a; { return a; }

// What follows is not spoiled.
static int after(int n) { return n; }
*/
import "C"

func calls() int {
	total := C.sum() + C.prototype(nil, 1.5) + C.implicit() + C.nothing() + C.after(1)
	text := C.copy()
	chosen := C.choose()
	first := C.make().first
	_, _, _ = text, chosen, first
	return int(total)
}

var pointer = C.apart

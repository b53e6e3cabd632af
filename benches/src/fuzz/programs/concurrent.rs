//! Concurrent programs made from templates, each with the outputs that the language allows.
//!
//! In the templates `$ID` is the program's number, `$W` a number of goroutines, `$N` one of items
//! and `$B` a size of a buffer.

use super::super::random::Random;

/// The outputs that a program may have.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Allowed {
    /// This one.
    Exactly(String),
    /// One of these.
    OneOf(Vec<String>),
    /// These lines in any order.
    AnyOrder(Vec<String>),
    /// The lines of these sequences, each in its order.
    Merged(Vec<Vec<String>>),
}

/// A program.
pub(super) struct Concurrent {
    /// The template's name.
    pub(super) name: &'static str,
    /// Declares `Run` and the program's number.
    pub(super) text: String,
    pub(super) allowed: Allowed,
}

impl Allowed {
    /// Whether an output is among them.
    pub(super) fn has(&self, output: &str) -> bool {
        let lines = || output.lines().map(str::to_owned).collect::<Vec<_>>();
        match self {
            Self::Exactly(text) => output == text,
            Self::OneOf(texts) => texts.iter().any(|text| output == text),
            Self::AnyOrder(expected) => {
                let (mut lines, mut expected) = (lines(), expected.clone());
                lines.sort();
                expected.sort();
                lines == expected
            }
            Self::Merged(sequences) => {
                // No line is in two sequences.
                let mut at = vec![0; sequences.len()];
                let fits = output.lines().all(|line| {
                    let next = (0..at.len())
                        .find(|&which| sequences[which].get(at[which]).is_some_and(|l| l == line));
                    next.is_some_and(|which| {
                        at[which] += 1;
                        true
                    })
                });
                fits && at.iter().zip(sequences).all(|(&at, all)| at == all.len())
            }
        }
    }
}

struct Sizes {
    workers: u64,
    items: u64,
    buffer: u64,
}

type Template = (&'static str, &'static str, fn(&Sizes) -> Allowed);

/// The program with this number.
pub(super) fn concurrent(seed: u64, id: u64) -> Concurrent {
    let mut random = Random::new(seed, id);
    let sizes = Sizes {
        workers: random.below(4) as u64 + 1,
        items: random.below(8) as u64 + 2,
        buffer: random.below(4) as u64,
    };
    let (name, template, allowed) = TEMPLATES[id as usize % TEMPLATES.len()];
    let text = template
        .replace("$ID", &id.to_string())
        .replace("$W", &sizes.workers.to_string())
        .replace("$N", &sizes.items.to_string())
        .replace("$B", &sizes.buffer.to_string());
    Concurrent { name, text, allowed: allowed(&sizes) }
}

fn exactly(text: impl Into<String>) -> Allowed {
    Allowed::Exactly(text.into())
}

/// The sum of the numbers below `n`.
fn sum(n: u64) -> u64 {
    (0..n).sum()
}

const TEMPLATES: &[Template] = &[
    (
        "worker pool",
        "func Run$ID() {
	jobs, results := make(chan int, $B), make(chan int, $B)
	var wg sync.WaitGroup
	for range $W {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for job := range jobs {
				results <- job * job
			}
		}()
	}
	go func() {
		for i := range $N {
			jobs <- i
		}
		close(jobs)
		wg.Wait()
		close(results)
	}()
	total := 0
	for result := range results {
		total += result
	}
	fmt.Println(total)
}
",
        |s| exactly(format!("{}\n", (0..s.items).map(|i| i * i).sum::<u64>())),
    ),
    (
        "pipeline",
        "func Run$ID() {
	stage := func(in <-chan int) <-chan int {
		out := make(chan int, $B)
		go func() {
			defer close(out)
			for x := range in {
				out <- x + 1
			}
		}()
		return out
	}
	first := make(chan int)
	go func() {
		defer close(first)
		for i := range $N {
			first <- i
		}
	}()
	var last <-chan int = first
	for range $W {
		last = stage(last)
	}
	for x := range last {
		fmt.Println(x)
	}
}
",
        |s| exactly((0..s.items).map(|i| format!("{}\n", i + s.workers)).collect::<String>()),
    ),
    (
        "mutex",
        "func Run$ID() {
	var mu sync.Mutex
	var wg sync.WaitGroup
	n, inside := 0, 0
	for range $W {
		wg.Go(func() {
			for range $N {
				mu.Lock()
				inside++
				old := n
				runtime.Gosched()
				n = old + 1
				if inside != 1 {
					fmt.Println(\"two inside\")
				}
				inside--
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	fmt.Println(n, mu.TryLock(), mu.TryLock())
}
",
        |s| exactly(format!("{} true false\n", s.workers * s.items)),
    ),
    (
        "readers and writers",
        "func Run$ID() {
	var mu sync.RWMutex
	var wg sync.WaitGroup
	a, b := 0, 0
	for range $W {
		wg.Go(func() {
			for range $N {
				mu.Lock()
				a++
				runtime.Gosched()
				b++
				mu.Unlock()
			}
		})
		wg.Go(func() {
			last := 0
			for range $N {
				mu.RLock()
				if a != b || a < last {
					fmt.Println(\"torn\", a, b, last)
				}
				last = a
				runtime.Gosched()
				mu.RUnlock()
			}
		})
	}
	wg.Wait()
	fmt.Println(a, b)
}
",
        |s| exactly(format!("{0} {0}\n", s.workers * s.items)),
    ),
    (
        "condition",
        "func Run$ID() {
	var mu sync.Mutex
	cond := sync.NewCond(&mu)
	var queue []int
	done := false
	var wg sync.WaitGroup
	var total atomic.Int64
	for range $W {
		wg.Go(func() {
			for {
				mu.Lock()
				for len(queue) == 0 && !done {
					cond.Wait()
				}
				if len(queue) == 0 {
					mu.Unlock()
					return
				}
				x := queue[0]
				queue = queue[1:]
				mu.Unlock()
				total.Add(int64(x))
			}
		})
	}
	for i := range $N {
		mu.Lock()
		queue = append(queue, i)
		mu.Unlock()
		cond.Signal()
	}
	mu.Lock()
	done = true
	mu.Unlock()
	cond.Broadcast()
	wg.Wait()
	fmt.Println(total.Load(), len(queue))
}
",
        |s| exactly(format!("{} 0\n", sum(s.items))),
    ),
    (
        "once",
        "func Run$ID() {
	var once sync.Once
	value := 0
	get := sync.OnceValue(func() int { fmt.Println(\"made\"); return $N })
	var wg sync.WaitGroup
	var seen atomic.Int64
	for range $W {
		wg.Go(func() {
			once.Do(func() { runtime.Gosched(); value = 7 })
			seen.Add(int64(value + get()))
		})
	}
	wg.Wait()
	fmt.Println(seen.Load())
}
",
        |s| exactly(format!("made\n{}\n", s.workers * (7 + s.items))),
    ),
    (
        "atomics",
        "func Run$ID() {
	var n atomic.Int32
	var p atomic.Pointer[int]
	var wg sync.WaitGroup
	for i := range $W {
		wg.Go(func() {
			for range $N {
				for {
					old := n.Load()
					if n.CompareAndSwap(old, old+2) {
						break
					}
				}
			}
			p.CompareAndSwap(nil, &i)
		})
	}
	wg.Wait()
	fmt.Println(n.Load(), *p.Load())
}
",
        |s| {
            let n = 2 * s.workers * s.items;
            Allowed::OneOf((0..s.workers).map(|i| format!("{n} {i}\n")).collect())
        },
    ),
    (
        "fan in",
        "func Run$ID() {
	a, b := make(chan string, $B), make(chan string)
	send := func(ch chan<- string, name string) {
		defer close(ch)
		for i := range $N {
			ch <- fmt.Sprint(name, i)
		}
	}
	go send(a, \"a\")
	go send(b, \"b\")
	for a != nil || b != nil {
		select {
		case x, ok := <-a:
			if !ok {
				a = nil
				continue
			}
			fmt.Println(x)
		case x, ok := <-b:
			if !ok {
				b = nil
				continue
			}
			fmt.Println(x)
		}
	}
}
",
        |s| {
            let of = |name| (0..s.items).map(|i| format!("{name}{i}")).collect();
            Allowed::Merged(vec![of("a"), of("b")])
        },
    ),
    (
        "goroutines that print",
        "func Run$ID() {
	var wg sync.WaitGroup
	for i := range $N {
		wg.Go(func() { fmt.Println(\"goroutine\", i) })
	}
	wg.Wait()
}
",
        |s| Allowed::AnyOrder((0..s.items).map(|i| format!("goroutine {i}")).collect()),
    ),
    (
        "timeout",
        "func Run$ID() {
	done := make(chan int, 1)
	go func() {
		time.Sleep($B * 20 * time.Millisecond)
		done <- $W
	}()
	select {
	case x := <-done:
		fmt.Println(\"done\", x)
	case <-time.After(30 * time.Millisecond):
		fmt.Println(\"timeout\")
	}
}
",
        |s| {
            let done = format!("done {}\n", s.workers);
            // How long a goroutine waits for a processor is nowhere promised.
            Allowed::OneOf(vec![done, "timeout\n".to_owned()])
        },
    ),
    (
        "cancellation",
        "func Run$ID() {
	ctx, cancel := context.WithCancel(context.Background())
	values := make(chan int)
	var wg sync.WaitGroup
	for range $W {
		wg.Go(func() {
			for i := 0; ; i++ {
				select {
				case values <- i:
				case <-ctx.Done():
					return
				}
			}
		})
	}
	n := 0
	for range $N {
		<-values
		n++
	}
	cancel()
	wg.Wait()
	fmt.Println(n, ctx.Err(), context.Cause(ctx) == context.Canceled)
}
",
        |s| exactly(format!("{} context canceled true\n", s.items)),
    ),
    (
        "group with errors",
        "func Run$ID() {
	ctx, cancel := context.WithCancelCause(context.Background())
	var wg sync.WaitGroup
	for i := range $N {
		wg.Go(func() {
			if i%2 == 1 {
				cancel(fmt.Errorf(\"item %d\", i))
				return
			}
			<-ctx.Done()
		})
	}
	wg.Wait()
	fmt.Println(context.Cause(ctx))
}
",
        |s| {
            Allowed::OneOf(
                (0..s.items).filter(|i| i % 2 == 1).map(|i| format!("item {i}\n")).collect(),
            )
        },
    ),
    (
        "semaphore",
        "func Run$ID() {
	slots := make(chan struct{}, $W)
	var inside, most atomic.Int32
	var wg sync.WaitGroup
	for range $N {
		wg.Go(func() {
			slots <- struct{}{}
			now := inside.Add(1)
			for {
				old := most.Load()
				if now <= old || most.CompareAndSwap(old, now) {
					break
				}
			}
			runtime.Gosched()
			inside.Add(-1)
			<-slots
		})
	}
	wg.Wait()
	fmt.Println(most.Load() >= 1 && most.Load() <= $W, inside.Load(), len(slots))
}
",
        |_| exactly("true 0 0\n"),
    ),
    (
        "ping pong",
        "func Run$ID() {
	ping, pong := make(chan int), make(chan int)
	go func() {
		for x := range ping {
			pong <- x * 10
		}
		close(pong)
	}()
	for i := range $N {
		ping <- i
		fmt.Println(<-pong)
	}
	close(ping)
	_, ok := <-pong
	fmt.Println(ok)
}
",
        |s| {
            let lines: String = (0..s.items).map(|i| format!("{}\n", i * 10)).collect();
            exactly(format!("{lines}false\n"))
        },
    ),
    (
        "concurrent map",
        "func Run$ID() {
	var m sync.Map
	var wg sync.WaitGroup
	var stored atomic.Int32
	for w := range $W {
		wg.Go(func() {
			for i := range $N {
				if _, loaded := m.LoadOrStore(i, w); !loaded {
					stored.Add(1)
				}
			}
		})
	}
	wg.Wait()
	keys, values := 0, 0
	m.Range(func(k, v any) bool {
		keys += k.(int)
		if v.(int) < $W {
			values++
		}
		return true
	})
	fmt.Println(stored.Load(), keys, values)
}
",
        |s| exactly(format!("{0} {1} {0}\n", s.items, sum(s.items))),
    ),
    (
        "last writer",
        "func Run$ID() {
	var mu sync.Mutex
	var wg sync.WaitGroup
	last := -1
	for i := range $N {
		wg.Go(func() {
			mu.Lock()
			defer mu.Unlock()
			last = i
		})
	}
	wg.Wait()
	fmt.Println(last)
}
",
        |s| Allowed::OneOf((0..s.items).map(|i| format!("{i}\n")).collect()),
    ),
    (
        "deadline",
        "func Run$ID() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration($B) * time.Millisecond)
	defer cancel()
	<-ctx.Done()
	stopped := time.AfterFunc(time.Hour, func() { fmt.Println(\"never\") }).Stop()
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	for range $W {
		<-ticker.C
	}
	fmt.Println(ctx.Err(), stopped)
}
",
        |_| exactly("context deadline exceeded true\n"),
    ),
    (
        "broadcast by close",
        "func Run$ID() {
	start := make(chan struct{})
	out := make(chan int, $B)
	for i := range $N {
		go func() {
			<-start
			out <- i
		}()
	}
	close(start)
	total := 0
	for range $N {
		total += <-out
	}
	fmt.Println(total)
}
",
        |s| exactly(format!("{}\n", sum(s.items))),
    ),
    (
        "barrier",
        "func Run$ID() {
	var mu sync.Mutex
	cond := sync.NewCond(&mu)
	waiting, round := 0, 0
	wait := func() {
		mu.Lock()
		defer mu.Unlock()
		at := round
		if waiting++; waiting == $W {
			waiting = 0
			round++
			cond.Broadcast()
			return
		}
		for at == round {
			cond.Wait()
		}
	}
	var wg sync.WaitGroup
	counts := make([]atomic.Int32, $N)
	for range $W {
		wg.Go(func() {
			for i := range $N {
				counts[i].Add(1)
				wait()
				if counts[i].Load() != $W {
					fmt.Println(\"early\", i)
				}
			}
		})
	}
	wg.Wait()
	fmt.Println(round)
}
",
        |s| exactly(format!("{}\n", s.items)),
    ),
    (
        "pulled sequences",
        "func Run$ID() {
	seq := func(from int) iter.Seq[int] {
		return func(yield func(int) bool) {
			for i := range $N {
				runtime.Gosched()
				if !yield(from + i) {
					return
				}
			}
		}
	}
	var wg sync.WaitGroup
	var total atomic.Int64
	for w := range $W {
		wg.Go(func() {
			next, stop := iter.Pull(seq(w))
			defer stop()
			for x, ok := next(); ok; x, ok = next() {
				total.Add(int64(x))
			}
		})
	}
	wg.Wait()
	fmt.Println(total.Load())
}
",
        |s| exactly(format!("{}\n", s.items * sum(s.workers) + s.workers * sum(s.items))),
    ),
    (
        "recovered panics",
        "func Run$ID() {
	errors := make(chan any, $B)
	for i := range $N {
		go func() {
			defer func() { errors <- recover() }()
			if i%2 == 0 {
				defer runtime.Goexit()
			}
			panic(i)
		}()
	}
	total := 0
	for range $N {
		if x, ok := (<-errors).(int); ok {
			total += x
		}
	}
	fmt.Println(total)
}
",
        // Goexit stops the panic of every other goroutine.
        |s| exactly(format!("{}\n", (0..s.items).filter(|i| i % 2 == 1).sum::<u64>())),
    ),
    (
        "deadlock",
        "func Run$ID() {
	a, b := make(chan int), make(chan int)
	go func() {
		for range $W {
			<-a
		}
		b <- 1
	}()
	for range $W - 1 {
		a <- 1
	}
	fmt.Println(\"waiting\")
	<-b
}
",
        |_| exactly("waiting\nfatal error: all goroutines are asleep - deadlock!\nexit status 2\n"),
    ),
    (
        "panic of one of several",
        "func Run$ID() {
	var wg sync.WaitGroup
	for i := range $N {
		wg.Add(1)
		go func() {
			panic(fmt.Sprint(\"goroutine \", i))
		}()
	}
	wg.Wait()
	fmt.Println(\"never\")
}
",
        |s| {
            let text = |i| format!("panic: goroutine {i}\nexit status 2\n");
            Allowed::OneOf((0..s.items).map(text).collect())
        },
    ),
    (
        "select of senders",
        "func Run$ID() {
	a, b := make(chan int, $B), make(chan int, $B)
	got := make(chan [2]int)
	go func() {
		x, y := 0, 0
		for range $N {
			select {
			case <-a:
				x++
			case <-b:
				y++
			}
		}
		got <- [2]int{x, y}
	}()
	sent := [2]int{}
	for range $N {
		select {
		case a <- 1:
			sent[0]++
		case b <- 1:
			sent[1]++
		}
	}
	fmt.Println(<-got == sent, sent[0]+sent[1])
}
",
        |s| exactly(format!("true {}\n", s.items)),
    ),
    (
        "pool",
        "func Run$ID() {
	pool := sync.Pool{New: func() any { return new([4]int) }}
	var wg sync.WaitGroup
	var wrong atomic.Int32
	for w := range $W {
		wg.Go(func() {
			for range $N {
				x := pool.Get().(*[4]int)
				for i := range x {
					x[i] = w
				}
				runtime.Gosched()
				if *x != [4]int{w, w, w, w} {
					wrong.Add(1)
				}
				pool.Put(x)
			}
		})
	}
	wg.Wait()
	fmt.Println(wrong.Load())
}
",
        |_| exactly("0\n"),
    ),
];

package main

import (
	"bufio"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// peakRSS returns the largest resident size of this process so far, in KiB; the go command that
// it may have started is not in it.
//
// Linux's own high-water mark is preferred: what getrusage says there includes the size of the
// parent before the program was executed.
func peakRSS() (int64, error) {
	if file, err := os.Open("/proc/self/status"); err == nil {
		defer file.Close()
		lines := bufio.NewScanner(file)
		for lines.Scan() {
			if value, ok := strings.CutPrefix(lines.Text(), "VmHWM:"); ok {
				value = strings.TrimSuffix(strings.TrimSpace(value), " kB")
				return strconv.ParseInt(value, 10, 64)
			}
		}
	}
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0, err
	}
	return int64(usage.Maxrss), nil
}

// cpuSeconds returns the processor time of this process so far, and of the go commands that it ran.
func cpuSeconds() float64 {
	total := 0.0
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var usage syscall.Rusage
		if err := syscall.Getrusage(who, &usage); err == nil {
			for _, t := range []syscall.Timeval{usage.Utime, usage.Stime} {
				total += float64(t.Sec) + float64(t.Usec)/1e6
			}
		}
	}
	return total
}

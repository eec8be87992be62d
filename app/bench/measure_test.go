//go:build linux

package bench_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// usage is what the processes of one run took.
type usage struct {
	elapsed   time.Duration // from the start to the exit
	processor time.Duration // user and system time
	memory    int64         // the largest resident set of one process in bytes
}

// meter runs processes one after the other and adds up what they take.
type meter struct {
	ctx context.Context //nolint:containedctx // the end of one run, in which all of its processes end
	usage
}

// run runs a program and returns what it printed on standard output.
func (m *meter) run(program string, args ...string) (string, error) {
	command := exec.CommandContext(m.ctx, program, args...)
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	command.Env = append(os.Environ(), "NO_PROXY=*", "LC_ALL=C.UTF-8", "GORACE=atexit_sleep_ms=0")
	began := time.Now()
	if err := command.Start(); err != nil {
		return "", err
	}
	exited, memory := make(chan struct{}), make(chan int64)
	go func() { memory <- watchMemory(command.Process.Pid, exited) }()
	err := command.Wait()
	m.elapsed += time.Since(began)
	close(exited)
	m.memory = max(m.memory, <-memory)
	m.processor += command.ProcessState.UserTime() + command.ProcessState.SystemTime()
	if err != nil {
		return "", errors.Join(err, errors.New(lastLine(stderr.String())))
	}
	return stdout.String(), nil
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}

// memoryInterval is how often the memory of a process is read. What getrusage says of a
// child contains the memory of the process that started it.
const memoryInterval = 10 * time.Millisecond

// watchMemory returns the largest resident set of a process in bytes, as last read before
// its exit.
func watchMemory(pid int, exited <-chan struct{}) (largest int64) {
	tick := time.NewTicker(memoryInterval)
	defer tick.Stop()
	status := fmt.Sprintf("/proc/%d/status", pid)
	for {
		text, err := os.ReadFile(status)
		if err == nil {
			largest = max(largest, peakOf(string(text)))
		}
		select {
		case <-tick.C:
		case <-exited:
			return largest
		}
	}
}

// peakOf returns the largest resident set in bytes of the text of /proc/PID/status, or 0.
func peakOf(status string) int64 {
	for line := range strings.Lines(status) {
		if value, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kib, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
			return kib << 10
		}
	}
	return 0
}

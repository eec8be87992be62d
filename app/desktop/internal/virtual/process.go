//go:build linux

package virtual

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// stopTimeout is how long a process may take to exit before it is killed.
const stopTimeout = 3 * time.Second

// Process is a program on the desktop.
type Process struct {
	cmd  *exec.Cmd
	log  string
	done chan struct{} // closed after Wait
	err  error         // result of Wait; read after done
}

// launch holds the parameters of a process.
type launch struct {
	args  []string
	input io.Reader
	files []*os.File // inherited as descriptors 3, 4, …
}

// Run starts a program. Its output is available from [Process.Log].
func (d *Desktop) Run(command string, args ...string) (*Process, error) {
	return d.start(command, launch{args: args})
}

func (d *Desktop) start(command string, l launch) (*Process, error) {
	log, err := os.CreateTemp(d.dir, filepath.Base(command)+"-*.log")
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd := exec.Command(command, l.args...)
	cmd.Env, cmd.Dir = d.env, d.Home()
	cmd.Stdin, cmd.Stdout, cmd.Stderr, cmd.ExtraFiles = l.input, log, log, l.files
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := d.launcher.start(cmd); err != nil {
		return nil, fmt.Errorf("start %s: %w", filepath.Base(command), err)
	}
	p := &Process{cmd: cmd, log: log.Name(), done: make(chan struct{})}
	go func() {
		p.err = cmd.Wait()
		close(p.done)
	}()
	return p, nil
}

// PID returns the process ID.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Log returns the output so far.
func (p *Process) Log() string {
	text, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// Running reports whether the process has not exited.
func (p *Process) Running() bool {
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

// Kill kills the process and waits for its exit.
func (p *Process) Kill() {
	_ = p.cmd.Process.Kill() // fails if it has exited
	<-p.done
}

// Abort makes a Go program print its goroutines and exit. After a timeout it kills the
// process.
func (p *Process) Abort() { p.stop(syscall.SIGQUIT) }

// Signal sends a signal to the process.
func (p *Process) Signal(sig syscall.Signal) error { return p.cmd.Process.Signal(sig) }

// Wait waits for the process to exit. It returns nil for exit status 0.
func (p *Process) Wait(ctx context.Context) error {
	select {
	case <-p.done:
		return p.err
	case <-ctx.Done():
		return fmt.Errorf("%s is still running: %w", filepath.Base(p.cmd.Path), ctx.Err())
	}
}

// terminate sends SIGTERM and, after a timeout, kills the process.
func (p *Process) terminate() { p.stop(syscall.SIGTERM) }

func (p *Process) stop(sig syscall.Signal) {
	_ = p.cmd.Process.Signal(sig) // fails if it has exited
	select {
	case <-p.done:
	case <-time.After(stopTimeout):
		p.Kill()
	}
}

// Output runs a command on the desktop and returns its output.
func (d *Desktop) Output(ctx context.Context, command string, args ...string) (string, error) {
	return d.run(ctx, command, args...)
}

// run runs a command on the desktop and returns its output.
func (d *Desktop) run(ctx context.Context, command string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, command, args...)
	cmd.Env, cmd.Dir = d.env, d.Home()
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w: %s", command, strings.Join(args, " "), err, bytes.TrimSpace(stderr.Bytes()))
	}
	return strings.TrimSpace(string(out)), nil
}

// launcher starts processes from one thread that lives as long as the desktop. The
// kernel sends a child its parent death signal when the thread that started it ends,
// and Go may end threads at any time.
type launcher chan func()

func newLauncher() launcher {
	l := make(launcher)
	go func() {
		runtime.LockOSThread() // never unlocked, so the thread ends with this goroutine
		for start := range l {
			start()
		}
	}()
	return l
}

func (l launcher) start(cmd *exec.Cmd) error {
	started := make(chan error)
	l <- func() { started <- cmd.Start() }
	return <-started
}

// await polls the condition until it is true or fails, or ctx is done.
func await(ctx context.Context, what string, condition func() (bool, error)) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if ok, err := condition(); ok || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for %s: %w", what, ctx.Err())
		case <-tick.C:
		}
	}
}

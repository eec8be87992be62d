//go:build linux

package desk

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

// stopTimeout is how long a part of the desktop may take to end when asked.
const stopTimeout = 3 * time.Second

// Process is a program on the desktop.
type Process struct {
	cmd  *exec.Cmd
	log  string
	done chan struct{} // closed when it ended and was waited for
	err  error         // how it ended; read after done
}

// launch is what a process is started with.
type launch struct {
	args  []string
	input io.Reader
	files []*os.File // inherited as descriptors 3, 4, …
}

// Run starts a program, as someone at the desktop would. What it prints is kept
// for Process.Log.
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

// PID is the process's number.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Log is what the process printed so far.
func (p *Process) Log() string {
	text, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// Running reports whether the process has not ended yet.
func (p *Process) Running() bool {
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

// Kill ends the process as a crash or a power cut would, with no chance to tidy
// up, and returns when it is gone.
func (p *Process) Kill() {
	_ = p.cmd.Process.Kill() // an error says that it is gone already
	<-p.done
}

// Abort has a Go program print where each of its goroutines stands, and end; a
// process that does not is killed.
func (p *Process) Abort() { p.stop(syscall.SIGQUIT) }

// Wait returns how the process ended: nil for exit status 0.
func (p *Process) Wait(ctx context.Context) error {
	select {
	case <-p.done:
		return p.err
	case <-ctx.Done():
		return fmt.Errorf("%s still runs: %w", filepath.Base(p.cmd.Path), ctx.Err())
	}
}

// terminate asks the process to end, and kills it when it does not.
func (p *Process) terminate() { p.stop(syscall.SIGTERM) }

func (p *Process) stop(sig syscall.Signal) {
	_ = p.cmd.Process.Signal(sig) // an error says that it is gone already
	select {
	case <-p.done:
	case <-time.After(stopTimeout):
		p.Kill()
	}
}

// Output carries out a command on the desktop and returns what it printed.
func (d *Desktop) Output(ctx context.Context, command string, args ...string) (string, error) {
	return d.run(ctx, command, args...)
}

// run carries out a command on the desktop and returns what it printed.
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

// launcher starts processes from one thread that lives as long as the desktop.
// The kernel sends a child its death signal when the *thread* that started it
// ends, and Go ends threads as it likes.
type launcher chan func()

func newLauncher() launcher {
	l := make(launcher)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with this goroutine
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

// await asks until the condition holds, fails, or ctx ends.
func await(ctx context.Context, what string, condition func() (bool, error)) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if ok, err := condition(); ok || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for %s: %w", what, ctx.Err())
		case <-tick.C:
		}
	}
}

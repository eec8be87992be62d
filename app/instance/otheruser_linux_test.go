package instance

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// otherUserEnv has the path of a socket for the test binary that otherUserProcess starts.
const otherUserEnv = "FERRY_TEST_OTHER_USER_SOCKET"

// TestAsOtherUser is not a test of its own: otherUserProcess runs it as another user.
// With "listen PATH" it impersonates an instance at a socket and prints what a caller
// sends; with "dial PATH" it connects and prints what a server sends.
func TestAsOtherUser(t *testing.T) {
	action, path, ok := strings.Cut(os.Getenv(otherUserEnv), " ")
	if !ok {
		t.Skip("runs only in the process of another user that other tests start")
	}
	var conn net.Conn
	var err error
	if action == "listen" {
		listener, listenErr := net.Listen("unix", path)
		if listenErr != nil {
			t.Fatal(listenErr)
		}
		defer listener.Close()
		if err := os.Chmod(path, 0o777); err != nil {
			t.Fatal(err)
		}
		fmt.Println("listening")
		conn, err = listener.Accept()
	} else {
		conn, err = net.Dial("unix", path)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if action == "dial" {
		_, _ = io.WriteString(conn, greeting+" NONCE\n")
	}
	got, _ := io.ReadAll(conn)
	fmt.Printf("got %q\n", got)
}

// otherUserProcess runs TestAsOtherUser with an action, as another user, and returns its
// output.
func otherUserProcess(t *testing.T, action string) *bufio.Reader {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root can start a process of another user")
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
	cmd := exec.CommandContext(ctx, "/proc/self/exe", "-test.run=^TestAsOtherUser$") // the folder of the binary is private
	cmd.Env = append(os.Environ(), otherUserEnv+"="+action)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: otherUser, Gid: otherUser}}
	cmd.Dir = "/"
	output, err := cmd.StdoutPipe()
	if err != nil {
		cancel()
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		cancel()
		t.Fatal(err)
	}
	t.Cleanup(func() {
		defer cancel()
		if err := cmd.Wait(); err != nil {
			t.Errorf("process of another user: %v", err)
		}
	})
	return bufio.NewReader(output)
}

// expectLine fails unless the next line is want.
func expectLine(t *testing.T, from *bufio.Reader, want string) {
	t.Helper()
	if line, err := from.ReadString('\n'); line != want+"\n" {
		t.Errorf("line %q (%v), want %q", line, err, want)
	}
}

// openFolder returns a folder that every user may change, with a short path.
func openFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "ferry")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestServerRejectsTheSocketConnectionOfAnotherUser(t *testing.T) {
	s, err := Listen(filepath.Join(openFolder(t), "instance.json"), noRequests(t, 0), discard)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if err := os.Chmod(s.file.endpoint.address, 0o777); err != nil {
		t.Fatal(err)
	}
	output := otherUserProcess(t, "dial "+s.file.endpoint.address)
	expectLine(t, output, `got ""`)
	_, _ = io.Copy(io.Discard, output)
}

func TestCallerRejectsTheSocketOfAnotherUser(t *testing.T) {
	dir := openFolder(t)
	socket, path := filepath.Join(dir, "instance.sock"), filepath.Join(dir, "instance.json")
	output := otherUserProcess(t, "listen "+socket)
	expectLine(t, output, "listening")
	if err := (instanceFile{endpoint{networkUnix, socket}, testToken}).write(path); err != nil {
		t.Fatal(err)
	}
	if err := callList(t.Context(), path); !errors.Is(err, ErrNotListening) || !errors.Is(err, ErrUnproven) {
		t.Errorf("got %v, want ErrNotListening and ErrUnproven", err)
	}
	expectLine(t, output, `got ""`)
	_, _ = io.Copy(io.Discard, output)
}

package db_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"testing"

	"go.uber.org/goleak"

	"github.com/ferryapp/ferry/db"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// childVariable is the environment variable that makes this binary run as a child process,
// which a test kills or which runs as another user. Its value names the function to run.
const childVariable = "FERRY_DB_TEST_CHILD"

func TestMain(m *testing.M) {
	children := map[string]func(path string) error{"commit": commitForever, "remove": removeForever, "open": openOnce, "replace": replaceForever, "open as nobody": openAsNobody}
	if child, ok := children[os.Getenv(childVariable)]; ok {
		if err := child(os.Args[1]); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m, uploadtest.IgnoreTusdGoroutines())
}

// startChild runs this binary as the named child on path.
func startChild(t *testing.T, name, path string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child := exec.Command(self, path)
	child.Env = append(os.Environ(), childVariable+"="+name)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	return child, bufio.NewScanner(out)
}

func openOnce(path string) error {
	_, err := db.Open(context.Background(), path)
	return err
}

// commitForever saves pairs of transfers, and prints the second ID after each commit.
func commitForever(path string) error {
	ctx := context.Background()
	store, err := db.Open(ctx, path)
	if err != nil {
		return err
	}
	if store.Recovery().Happened() {
		return errors.New("recovered an intact file: " + store.Recovery().Reason)
	}
	loaded, err := store.Load(ctx)
	if err != nil {
		return err
	}
	for id := loaded.NextID; ; id += 2 {
		pair := sampleTransfers(id-1, 2)
		if err := store.Save(ctx, uploader.Changes{Transfers: pair}); err != nil {
			return err
		}
		fmt.Println(pair[1].ID)
	}
}

// removeForever saves pairs of finished transfers, removes each pair from the list as "Remove
// finished" does, and prints the second ID after that. It begins with the pair that an earlier
// process had not removed yet.
func removeForever(path string) error {
	ctx := context.Background()
	store, err := db.Open(ctx, path)
	if err != nil {
		return err
	}
	loaded, err := store.Load(ctx)
	if err != nil {
		return err
	}
	if err := store.Save(ctx, removal(slices.Collect(loaded.Transfers.Values()))); err != nil {
		return err
	}
	for id := loaded.NextID; ; id += 2 {
		pair := finishedTransfers(id-1, 2)
		if err := store.Save(ctx, uploader.Changes{Transfers: pair}); err != nil {
			return err
		}
		if err := store.Save(ctx, removal(pair)); err != nil {
			return err
		}
		fmt.Println(pair[1].ID)
	}
}

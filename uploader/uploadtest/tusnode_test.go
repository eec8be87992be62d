package uploadtest_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// failureRecorder is a testing.TB that records the message of Fatalf.
type failureRecorder struct {
	testing.TB
	message string
}

func (f *failureRecorder) Fatalf(format string, args ...any) {
	f.message = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

func TestTusNodeReportsMissingNode(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("tests that need node are skipped there")
	}
	t.Setenv("PATH", t.TempDir())
	test, ended := &failureRecorder{TB: t}, make(chan struct{})
	go func() {
		defer close(ended)
		uploadtest.NewTusNode(test)
	}()
	<-ended
	if !strings.Contains(test.message, "needs node") || !strings.Contains(test.message, "make deps") {
		t.Errorf("failure message without node: %q", test.message)
	}
}

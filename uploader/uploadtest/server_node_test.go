package uploadtest_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// failing is a test whose failure is looked at.
type failing struct {
	testing.TB
	said string
}

func (f *failing) Fatalf(format string, args ...any) {
	f.said = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

func TestTusNodeSaysWhatIsMissing(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	test, ended := &failing{TB: t}, make(chan struct{})
	go func() {
		defer close(ended)
		uploadtest.NewTusNode(test)
	}()
	<-ended
	if !strings.Contains(test.said, "needs node") || !strings.Contains(test.said, "make deps") {
		t.Errorf("without node it says %q", test.said)
	}
}

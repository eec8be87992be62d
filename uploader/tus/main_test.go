package tus_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/ferryapp/ferry/uploader/uploadtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, uploadtest.IgnoreTusdGoroutines()) }

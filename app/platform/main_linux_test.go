package platform_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if os.Getenv(insideSession) != "" {
		os.Exit(m.Run()) // go-keyring never closes its connection to the bus
	}
	goleak.VerifyTestMain(m)
}

package cli

import (
	"os"
	"testing"
)

func TestSecretsAreTakenFromTheEnvironment(t *testing.T) {
	t.Setenv(HeaderEnv, "Authorization: Bearer one")
	t.Setenv(ReceiveAuthEnv, "two")
	want := Secrets{Header: "Authorization: Bearer one", ReceiveAuth: "two"}
	if got := TakeSecrets(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	for _, name := range []string{HeaderEnv, ReceiveAuthEnv} {
		if value, ok := os.LookupEnv(name); ok {
			t.Errorf("programs that Ferry starts get %s=%s", name, value)
		}
	}
}

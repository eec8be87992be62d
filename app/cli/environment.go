package cli

import "os"

// The environment variables with secrets. Other users can see arguments, but not the
// environment.
const (
	// HeaderEnv has header fields for the server of --to, one per line as in the file of
	// --header-file.
	HeaderEnv = "FERRY_HEADER"

	// ReceiveAuthEnv has credentials that uploads need, one per line as in the file of
	// --auth-file.
	ReceiveAuthEnv = "FERRY_RECEIVE_AUTH"
)

// Secrets are the values of the environment variables with secrets.
type Secrets struct{ Header, ReceiveAuth string }

// TakeSecrets returns the secrets in the environment and removes them from it, so that no
// program that this one starts gets them.
func TakeSecrets() Secrets {
	return Secrets{Header: takeVariable(HeaderEnv), ReceiveAuth: takeVariable(ReceiveAuthEnv)}
}

func takeVariable(name string) string {
	value := os.Getenv(name)
	_ = os.Unsetenv(name) // fails only for an invalid name
	return value
}

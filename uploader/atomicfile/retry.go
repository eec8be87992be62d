package atomicfile

import "time"

const (
	// retryTime is how long a rename that fails with a transient error is tried again.
	retryTime = 2 * time.Second
	// retryDelay is the delay before the first further attempt. It doubles with each.
	retryDelay = time.Millisecond
)

// retry calls rename until it succeeds, fails with an error that is not transient, or
// retryTime is over. It returns the last error.
func retry(rename func() error) error { return retryWhile(isTransient, rename) }

func retryWhile(transient func(error) bool, rename func() error) error {
	begin := time.Now()
	for delay := retryDelay; ; delay *= 2 {
		err := rename()
		if err == nil || !transient(err) || time.Since(begin)+delay > retryTime {
			return err
		}
		time.Sleep(delay)
	}
}

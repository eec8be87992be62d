package platform

import "fmt"

// guard calls a function of a library and returns its panic as an error. Some libraries
// panic when the service they talk to goes away or answers something unexpected; outside of
// the UI goroutine that would end the program.
func guard(do func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("library panicked: %v", p)
		}
	}()
	return do()
}

package engine

import (
	"sync"

	"github.com/ferryapp/ferry/uploader/fault"
)

// freeFiles closes idle connections if f, which may be nil, is that this computer has no
// more open files or connections. Otherwise they could keep the next tries from opening the
// files that they would be used for. It does not wait for them.
func (c *Config) freeFiles(f *fault.Fault, tasks *sync.WaitGroup) {
	if f != nil && f.Code == fault.CodeExhausted && c.CloseIdle != nil {
		tasks.Go(c.CloseIdle)
	}
}

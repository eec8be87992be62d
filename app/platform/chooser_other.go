//go:build !linux && !windows && !darwin

package platform

import "context"

type noChooser struct{}

// NewChooser returns a chooser that fails with [ErrNoChooser].
func NewChooser() Chooser { return noChooser{} }

func (noChooser) Files(context.Context, ChooserOptions) ([]string, error) { return nil, ErrNoChooser }

func (noChooser) Folders(context.Context, ChooserOptions) ([]string, error) { return nil, ErrNoChooser }

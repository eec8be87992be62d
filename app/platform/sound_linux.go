package platform

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
)

// finishedSound is the sound for a completed operation in the freedesktop theme, where
// distributions install it.
const finishedSound = "/usr/share/sounds/freedesktop/stereo/complete.oga"

// PlayFinished plays the desktop's sound for a completed operation, and returns when it was
// played. It uses the user's sound theme if libcanberra is installed, and otherwise plays the
// default one with the player of PipeWire or PulseAudio.
func PlayFinished(ctx context.Context) error {
	var errs []error
	for _, player := range [][]string{
		{"canberra-gtk-play", "--id=complete", "--description=Ferry"},
		{"pw-play", finishedSound},
		{"paplay", finishedSound},
	} {
		err := exec.CommandContext(ctx, player[0], player[1:]...).Run() //nolint:gosec // constants
		if err == nil {
			return nil
		}
		errs = append(errs, err)
	}
	return fmt.Errorf("play sound: %w", errors.Join(errs...))
}

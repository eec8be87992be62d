package power

import (
	"context"
	"fmt"

	"github.com/ferryapp/ferry/app/bus"
)

// Sleep puts the computer to sleep, as logind does it. It fails if the user may not do that
// without a password, or another program prevents it.
func Sleep(ctx context.Context) error { return callLogind(ctx, "Suspend") }

// ShutDown turns the computer off, as logind does it. It fails if the user may not do that
// without a password, or another program prevents it. Programs get a signal to end.
func ShutDown(ctx context.Context) error { return callLogind(ctx, "PowerOff") }

// callLogind calls a method of logind that asks no questions.
func callLogind(ctx context.Context, method string) error {
	conn, err := bus.ConnectSystem(ctx)
	if err != nil {
		return fmt.Errorf("connect to system bus: %w", err)
	}
	defer bus.Close(conn)
	const interactive = false
	if err := bus.Call(ctx, conn.Object(logindName, logindPath), logind+"."+method, 0, interactive).Err; err != nil {
		return fmt.Errorf("call logind %s: %w", method, err)
	}
	return nil
}

package receiver

import (
	"context"
	"log/slog"

	tusdlog "golang.org/x/exp/slog"
)

// quietLog passes what tusd has to say on to the log at debug level, except the
// URLs, which hold the secret.
type quietLog struct{ log *slog.Logger }

// Enabled implements slog.Handler of golang.org/x/exp.
func (q quietLog) Enabled(ctx context.Context, _ tusdlog.Level) bool {
	return q.log.Enabled(ctx, slog.LevelDebug)
}

// Handle implements slog.Handler of golang.org/x/exp.
func (q quietLog) Handle(ctx context.Context, record tusdlog.Record) error {
	attrs := make([]slog.Attr, 0, record.NumAttrs())
	record.Attrs(func(attr tusdlog.Attr) bool {
		attrs = append(attrs, translate(attr)...)
		return true
	})
	q.log.LogAttrs(ctx, slog.LevelDebug, record.Message, attrs...)
	return nil
}

// WithAttrs implements slog.Handler of golang.org/x/exp.
func (q quietLog) WithAttrs(added []tusdlog.Attr) tusdlog.Handler {
	if !q.log.Enabled(context.Background(), slog.LevelDebug) {
		return q
	}
	var args []any
	for _, attr := range added {
		for _, translated := range translate(attr) {
			args = append(args, translated)
		}
	}
	return quietLog{q.log.With(args...)}
}

// WithGroup implements slog.Handler of golang.org/x/exp.
func (q quietLog) WithGroup(name string) tusdlog.Handler { return quietLog{q.log.WithGroup(name)} }

func translate(attr tusdlog.Attr) []slog.Attr {
	if attr.Key == "url" {
		return nil
	}
	return []slog.Attr{slog.Any(attr.Key, attr.Value.Any())}
}

package receiver

import (
	"context"
	"log/slog"

	tusdlog "golang.org/x/exp/slog"
)

// debugHandler passes tusd's log records to log at debug level, without URLs, which contain
// the secret.
type debugHandler struct{ log *slog.Logger }

// Enabled implements [tusdlog.Handler].
func (h debugHandler) Enabled(ctx context.Context, _ tusdlog.Level) bool {
	return h.log.Enabled(ctx, slog.LevelDebug)
}

// Handle implements [tusdlog.Handler].
func (h debugHandler) Handle(ctx context.Context, record tusdlog.Record) error {
	attrs := make([]slog.Attr, 0, record.NumAttrs())
	record.Attrs(func(attr tusdlog.Attr) bool {
		attrs = append(attrs, translate(attr)...)
		return true
	})
	h.log.LogAttrs(ctx, slog.LevelDebug, record.Message, attrs...)
	return nil
}

// WithAttrs implements [tusdlog.Handler].
func (h debugHandler) WithAttrs(added []tusdlog.Attr) tusdlog.Handler {
	if !h.log.Enabled(context.Background(), slog.LevelDebug) {
		return h
	}
	var args []any
	for _, attr := range added {
		for _, translated := range translate(attr) {
			args = append(args, translated)
		}
	}
	return debugHandler{h.log.With(args...)}
}

// WithGroup implements [tusdlog.Handler].
func (h debugHandler) WithGroup(name string) tusdlog.Handler {
	return debugHandler{h.log.WithGroup(name)}
}

// translate converts an attribute to those of log/slog, a URL to none.
func translate(attr tusdlog.Attr) []slog.Attr {
	if attr.Key == "url" {
		return nil
	}
	return []slog.Attr{slog.Any(attr.Key, attr.Value.Any())}
}

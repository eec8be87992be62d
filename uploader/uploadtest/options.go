package uploadtest

import (
	"net/http"
	"time"
)

// Option configures a test server.
type Option func(*options)

type options struct {
	maxSize        int64
	noTermination  bool
	noConcat       bool
	hooks          map[string]string
	behindProxy    bool
	networkTimeout time.Duration
	expiry         time.Duration
	wrap           []func(http.Handler) http.Handler
	tls            bool
	s3             *s3Store
}

// s3Store is a bucket of an S3 server that accepts any credentials.
type s3Store struct{ endpoint, bucket string }

func newOptions(opts []Option) options {
	var o options
	for _, opt := range opts {
		opt(&o)
	}
	return o
}

// MaxSize limits the size of an upload in bytes.
func MaxSize(bytes int64) Option { return func(o *options) { o.maxSize = bytes } }

// NoTermination disables the termination extension.
func NoTermination() Option { return func(o *options) { o.noTermination = true } }

// NoConcatenation disables the concatenation extension.
func NoConcatenation() Option { return func(o *options) { o.noConcat = true } }

// Hook makes tusd run a shell script at an event, such as pre-create. The script
// gets tusd's JSON on standard input and may print a JSON response; when it
// fails, tusd responds with status 500. Only TusdBinary supports it.
func Hook(event, script string) Option {
	return func(o *options) {
		if o.hooks == nil {
			o.hooks = map[string]string{}
		}
		o.hooks[event] = script
	}
}

// BehindProxy makes the server use X-Forwarded headers.
func BehindProxy() Option { return func(o *options) { o.behindProxy = true } }

// NetworkTimeout is how long the server waits for the next bytes of a body.
func NetworkTimeout(d time.Duration) Option { return func(o *options) { o.networkTimeout = d } }

// S3 stores uploads in a bucket of an S3 server that accepts any credentials, instead of
// files. Only TusdBinary supports it.
func S3(endpoint, bucket string) Option {
	return func(o *options) { o.s3 = &s3Store{endpoint, bucket} }
}

// Expiry is how long after its creation an unfinished upload expires. Tusd and
// TusdBinary do not support it.
func Expiry(d time.Duration) Option { return func(o *options) { o.expiry = d } }

// Wrap adds a handler in front of a server, such as one that requires a password.
// Only servers in this process support it.
func Wrap(middleware func(http.Handler) http.Handler) Option {
	return func(o *options) { o.wrap = append(o.wrap, middleware) }
}

// WithTLS serves HTTPS with a certificate that only Tusd.Client and TusdBinary.CA trust.
// Only these servers support it.
func WithTLS() Option { return func(o *options) { o.tls = true } }

package receiver

import (
	"errors"
	"log/slog"
	"net/http"
	"syscall"

	"github.com/tus/tusd/v2/pkg/handler"

	"github.com/ferryapp/ferry/uploader/tus"
)

// The responses to disk errors. They contain no path: the client may be another computer.
var (
	errFull    = newResponse(tus.CodeDiskFull, "the receiver's disk is full", http.StatusInsufficientStorage)
	errDisk    = newResponse(tus.CodeDisk, "the receiver can't use its folder", http.StatusInternalServerError)
	errNoFiles = newResponse(tus.CodeOpenFiles, "too many open files on the receiver's computer", http.StatusServiceUnavailable)
)

// Errors of tusd that pass, which also the client of a HEAD must know.
var (
	errLockTimeout = inHeader(handler.ErrLockTimeout)
	errInterrupted = inHeader(handler.ErrUploadInterrupted)
)

// inHeader returns an error of tusd as a response.
func inHeader(err handler.Error) handler.Error {
	return newResponse(err.ErrorCode, err.Message, err.HTTPResponse.StatusCode)
}

// newResponse returns an error whose code is also in the header: the response to HEAD has
// no body.
func newResponse(code, message string, status int) handler.Error {
	err := handler.NewError(code, message, status)
	err.HTTPResponse.Header[tus.HeaderErrorCode] = code
	return err
}

// diskError logs err and returns the error for the client, which has no details.
func diskError(log *slog.Logger, op string, err error) error {
	log.Error("disk error", "op", op, "err", err)
	switch {
	case isAny(err, fullErrors):
		return errFull
	case isAny(err, openFilesErrors):
		return errNoFiles
	default:
		return errDisk
	}
}

func isAny(err error, errnos []syscall.Errno) bool {
	for _, errno := range errnos {
		if errors.Is(err, errno) {
			return true
		}
	}
	return false
}

// writeError responds with an error, as tusd does. An err that is no [handler.Error]
// becomes errDisk.
func writeError(w http.ResponseWriter, request *http.Request, err error) {
	tusErr, ok := errors.AsType[handler.Error](err)
	if !ok {
		tusErr = errDisk
	}
	response := tusErr.HTTPResponse
	for name, value := range response.Header {
		w.Header().Set(name, value)
	}
	w.Header().Set("Tus-Resumable", tus.Version)
	w.WriteHeader(response.StatusCode)
	if request.Method != http.MethodHead {
		_, _ = w.Write([]byte(response.Body)) // the client may have disconnected
	}
}

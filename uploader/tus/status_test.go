package tus_test

import (
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/ferryapp/ferry/uploader/fault"
)

// noFault stands for "no error" in the table below.
const noFault = fault.Kind(255)

// TestStatusTable tests the kind for each combination of status, code and operation.
// All responses have Tus-Resumable.
func TestStatusTable(t *testing.T) {
	ops := []fault.Op{fault.Probe, fault.Create, fault.Head, fault.Patch, fault.Terminate}
	tests := []struct {
		status int
		code   string
		want   [5]fault.Kind // in the order of ops
	}{
		{400, "", [5]fault.Kind{noFault, fault.Refused, fault.Refused, fault.Refused, fault.Refused}},
		{401, "", [5]fault.Kind{fault.Auth, fault.Auth, fault.Auth, fault.Auth, fault.Auth}},
		{402, "", [5]fault.Kind{noFault, fault.Refused, fault.Refused, fault.Refused, fault.Refused}},
		{403, "", [5]fault.Kind{noFault, fault.Auth, fault.Auth, fault.Auth, fault.Refused}},
		{404, "", [5]fault.Kind{noFault, fault.Refused, fault.Gone, fault.Gone, fault.Gone}},
		{405, "", [5]fault.Kind{noFault, fault.Refused, fault.Refused, fault.Refused, fault.Refused}},
		{407, "", [5]fault.Kind{fault.Auth, fault.Auth, fault.Auth, fault.Auth, fault.Auth}},
		{408, "", [5]fault.Kind{fault.Transient, fault.Transient, fault.Transient, fault.Transient, fault.Transient}},
		{409, "", [5]fault.Kind{noFault, fault.Exists, fault.Transient, fault.Conflict, fault.Transient}},
		{410, "", [5]fault.Kind{noFault, fault.Refused, fault.Gone, fault.Gone, fault.Gone}},
		{412, "", [5]fault.Kind{fault.Refused, fault.Refused, fault.Refused, fault.Refused, fault.Refused}},
		{413, "", [5]fault.Kind{noFault, fault.TooLarge, fault.TooLarge, fault.TooLarge, fault.TooLarge}},
		{415, "", [5]fault.Kind{noFault, fault.Refused, fault.Refused, fault.Refused, fault.Refused}},
		{418, "", [5]fault.Kind{noFault, fault.Refused, fault.Refused, fault.Refused, fault.Refused}},
		{423, "", [5]fault.Kind{fault.Busy, fault.Busy, fault.Busy, fault.Busy, fault.Busy}},
		{425, "", [5]fault.Kind{fault.Transient, fault.Transient, fault.Transient, fault.Transient, fault.Transient}},
		{429, "", [5]fault.Kind{fault.Busy, fault.Busy, fault.Busy, fault.Busy, fault.Busy}},
		{460, "", [5]fault.Kind{noFault, fault.Transient, fault.Transient, fault.Transient, fault.Transient}},
		{500, "", [5]fault.Kind{noFault, fault.Transient, fault.Transient, fault.Transient, fault.Transient}},
		{501, "", [5]fault.Kind{noFault, fault.Refused, fault.Refused, fault.Refused, fault.Refused}},
		{502, "", [5]fault.Kind{fault.Transient, fault.Transient, fault.Transient, fault.Transient, fault.Transient}},
		{503, "", [5]fault.Kind{fault.Busy, fault.Busy, fault.Busy, fault.Busy, fault.Busy}},
		{504, "", [5]fault.Kind{fault.Transient, fault.Transient, fault.Transient, fault.Transient, fault.Transient}},
		{507, "", [5]fault.Kind{noFault, fault.Quota, fault.Quota, fault.Quota, fault.Quota}},
		{511, "", [5]fault.Kind{fault.Transient, fault.Transient, fault.Transient, fault.Transient, fault.Transient}},
		{400, "ERR_UPLOAD_INTERRUPTED", [5]fault.Kind{noFault, fault.Transient, fault.Refused, fault.Transient, fault.Transient}},
		{400, "ERR_UNEXPECTED_EOF", [5]fault.Kind{noFault, fault.Transient, fault.Refused, fault.Transient, fault.Transient}},
		{400, "ERR_LOCK_TIMEOUT", [5]fault.Kind{noFault, fault.Transient, fault.Refused, fault.Transient, fault.Transient}},
		{500, "ERR_LOCK_TIMEOUT", [5]fault.Kind{noFault, fault.Transient, fault.Transient, fault.Transient, fault.Transient}},
		{400, "ERR_UPLOAD_STOPPED", [5]fault.Kind{noFault, fault.Refused, fault.Refused, fault.Refused, fault.Refused}},
		{400, "ERR_UPLOAD_REJECTED", [5]fault.Kind{noFault, fault.Refused, fault.Refused, fault.Refused, fault.Refused}},
		{403, "ERR_MODIFY_FINAL", [5]fault.Kind{noFault, fault.Refused, fault.Auth, fault.Refused, fault.Refused}},
		{403, "ERR_ORIGIN_NOT_ALLOWED", [5]fault.Kind{noFault, fault.Refused, fault.Auth, fault.Refused, fault.Refused}},
	}
	for _, test := range tests {
		for i, op := range ops {
			t.Run(fmt.Sprintf("%d %s on %s", test.status, test.code, op), func(t *testing.T) {
				body := ""
				if test.code != "" {
					body = test.code + ": message\n"
				}
				err := call(t, op, respondBody(test.status, body))
				checkKind(t, err, op, test.status, test.want[i])
			})
		}
	}
}

func checkKind(t *testing.T, err error, op fault.Op, status int, want fault.Kind) {
	t.Helper()
	if want == noFault {
		if err != nil {
			t.Fatalf("got %v, want no error", err)
		}
		return
	}
	if got := wantKind(t, err, want); got.Op != op || got.Status != status {
		t.Errorf("op %s, status %d", got.Op, got.Status)
	}
}

func TestStatusWithoutTusResumable(t *testing.T) {
	for _, test := range []struct {
		status int
		op     fault.Op
		want   fault.Kind
	}{
		{http.StatusUnauthorized, fault.Create, fault.Auth},
		{http.StatusBadGateway, fault.Head, fault.Transient},
		{http.StatusServiceUnavailable, fault.Probe, fault.Busy},
		{http.StatusRequestEntityTooLarge, fault.Patch, fault.TooLarge},
		{http.StatusTooManyRequests, fault.Create, fault.Busy},
		{http.StatusNotFound, fault.Head, fault.Gone},
	} {
		t.Run(fmt.Sprintf("%d on %s", test.status, test.op), func(t *testing.T) {
			wantKind(t, call(t, test.op, respondPlain(test.status)), test.want)
		})
	}
}

func TestA3WebServerIsNotTus(t *testing.T) {
	page := "Content-Type: text/html; charset=utf-8"
	for name, test := range map[string]struct {
		handler http.HandlerFunc
		code    string
	}{
		"404":                         {respondPlain(http.StatusNotFound), fault.CodeWebServer},
		"405":                         {respondPlain(http.StatusMethodNotAllowed), fault.CodeWebServer},
		"410":                         {respondPlain(http.StatusGone), fault.CodeWebServer},
		"501":                         {respondPlain(http.StatusNotImplemented, page), fault.CodeWebServer},
		"200 with a page":             {respondPlain(http.StatusOK, page), fault.CodeWebServer},
		"200 with a page, a Location": {respondPlain(http.StatusOK, page, "Location: /welcome"), fault.CodeWebServer},
		"200 of another protocol":     {respondPlain(http.StatusOK, "Content-Type: application/json"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			if f := wantKind(t, call(t, fault.Create, test.handler), fault.NotTus); f.Code != test.code {
				t.Errorf("code %q, want %q", f.Code, test.code)
			}
		})
	}
}

func TestStatusFaultDetail(t *testing.T) {
	err := call(t, fault.Patch, respondBody(http.StatusBadRequest, "ERR_UPLOAD_STOPPED: no more\tcats,\nplease\n", "Retry-After: 120"))
	got := wantKind(t, err, fault.Refused)
	if got.Code != "ERR_UPLOAD_STOPPED" || got.Detail != "ERR_UPLOAD_STOPPED: no more cats, please" || got.RetryAfter.Seconds() != 120 {
		t.Errorf("got %+v", got)
	}
	page := "<!DOCTYPE html><html><head><title>413 Request\nEntity Too Large</title></head><body><center>nginx</center></body></html>"
	got = wantKind(t, call(t, fault.Patch, respondBody(http.StatusRequestEntityTooLarge, page)), fault.TooLarge)
	if got.Detail != "413 Request Entity Too Large: nginx" {
		t.Errorf("detail for an HTML page: %q", got.Detail)
	}
}

func TestStatusFaultWrapsNoError(t *testing.T) {
	if err := call(t, fault.Head, respond(http.StatusTeapot)); fault.IsCanceled(err) || errors.Unwrap(err) != nil {
		t.Errorf("got %v", err)
	}
}

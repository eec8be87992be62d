package words_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader/fault"
)

func TestFaultTextsAreComplete(t *testing.T) {
	for _, language := range words.Languages() {
		load(t, language)
		for _, code := range fault.Codes() {
			f := fault.New(fault.Auth, fault.Head, errors.New("raw"))
			f.Code = code
			s := words.Fault(f, words.Subject{})
			for _, text := range []string{s.Short, s.What, s.Does, s.Can} {
				checkComplete(t, text)
			}
		}
		for _, kind := range fault.Kinds() {
			for _, about := range []words.Subject{{}, {File: "a b.mov", Server: "Studio"}} {
				f := fault.New(kind, fault.Patch, errors.New("raw"))
				f.Status, f.Code = 400, "ERR_UPLOAD_STOPPED"
				s := words.Fault(f, about)
				for _, text := range []string{s.Short, s.What, s.Does, s.Can, s.String()} {
					checkComplete(t, text)
				}
				if strings.Contains(s.String(), "raw") {
					t.Errorf("%s: raw detail in %q", kind, s)
				}
			}
		}
	}
}

func TestFaultSpecialCases(t *testing.T) {
	answered := func(kind fault.Kind, op fault.Op, status int) *fault.Fault {
		f := fault.Newf(kind, op, "raw")
		f.Status = status
		return f
	}
	withCode := func(kind fault.Kind, code string) *fault.Fault {
		return &fault.Fault{Kind: kind, Op: fault.Create, Status: 500, Code: code}
	}
	for _, test := range []struct {
		name   string
		fault  *fault.Fault
		en, zh string
	}{
		{"lost connection", answered(fault.Transient, fault.Patch, 0), "Connection lost", "连接中断"},
		{"server error", answered(fault.Transient, fault.Patch, 502), "Server error", "服务器错误"},
		{"not tus on creation", answered(fault.NotTus, fault.Create, 200), "Not an upload server", "不是上传服务器"},
		{"not tus on an existing upload", answered(fault.NotTus, fault.Head, 200), "The response is not from the server", "响应不是来自该服务器"},
		{"redirect not followed", answered(fault.Refused, fault.Patch, 302), "The server redirects to another address", "服务器重定向到其他地址"},
		{"C2 unsupported version", withCode(fault.Refused, fault.CodeVersion), "Unsupported protocol version", "协议版本不受支持"},
		{"C2 refusal that is not about the version", answered(fault.Refused, fault.Create, 412), "The server rejected the upload", "服务器拒绝了上传"},
		{"read error", answered(fault.LocalDisk, fault.Read, 0), "The file can't be read", "无法读取文件"},
		{"size that is not that of the content", fault.NewEndsEarly(23, 4096), "The file is incomplete", "文件不完整"},
		{"drive hangs", withCode(fault.SourceBusy, fault.CodeDriveHangs), "The drive doesn't respond", "磁盘没有响应"},
		{"drive is gone", withCode(fault.SourceBusy, fault.CodeDriveMissing), "The drive is not connected", "磁盘未连接"},
		{"folder of the receiver", withCode(fault.LocalDisk, fault.CodeReceiverDisk), "The folder for received files can't be used", "接收文件夹无法使用"},
		{"full disk of the receiver", withCode(fault.LocalDisk, fault.CodeReceiverFull), "The disk for received files is full", "接收文件的磁盘已满"},
		{"open files", withCode(fault.Busy, fault.CodeReceiverFiles), "Too many open files on this computer", "这台电脑打开的文件过多"},
		{"damaged on the way to the receiver", withCode(fault.Transient, fault.CodeReceiverDigest), "The received content was damaged", "收到的内容已损坏"},
		{"save error", answered(fault.LocalDisk, fault.Save, 0), "Ferry can't save its data", "Ferry 无法保存数据"},
	} {
		t.Run(test.name, func(t *testing.T) {
			for language, want := range map[words.Language]string{words.English: test.en, words.Chinese: test.zh} {
				load(t, language)
				s := words.Fault(test.fault, words.Subject{File: "a.mov", Server: "Studio"})
				if s.Short != want {
					t.Errorf("got %q, want %q", s.Short, want)
				}
				for _, text := range []string{s.Short, s.What, s.Does, s.Can} {
					checkComplete(t, text)
				}
			}
		})
	}
}

func TestOptionsAreNamedOnTheCommandLineOnly(t *testing.T) {
	t.Cleanup(func() { words.SetCommandLine(false) })
	names := func(code string) bool {
		can := words.Fault(&fault.Fault{Kind: fault.Refused, Op: fault.Create, Code: code}, words.Subject{}).Can
		checkComplete(t, can)
		return strings.Contains(can, "--") || strings.Contains(can, "ferry ")
	}
	for _, language := range words.Languages() {
		load(t, language)
		words.SetCommandLine(true)
		for _, code := range []string{fault.CodeHostNotAllowed, fault.CodeServerLocal, fault.CodeFileChanging, fault.CodeRedirected} {
			if !names(code) {
				t.Errorf("%s: the text for %s names no option", language, code)
			}
		}
		words.SetCommandLine(false)
		for _, code := range fault.Codes() {
			if names(code) {
				t.Errorf("%s: the text for %s in the window names an option", language, code)
			}
		}
	}
}

func TestFaultText(t *testing.T) {
	load(t, words.English)
	words.SetReceivedFolder("/home/ann/Downloads/Ferry")
	t.Cleanup(func() { words.SetReceivedFolder("") })
	refused := fault.Newf(fault.Refused, fault.Patch, "no")
	refused.Status, refused.Code = 400, "ERR_UPLOAD_REJECTED"
	for _, test := range []struct {
		name  string
		fault *fault.Fault
		about words.Subject
		want  string
	}{
		{"nil fault", nil, words.Subject{}, ""},
		{
			"file name in quotes", fault.Newf(fault.SourceMissing, fault.Stat, ""),
			words.Subject{File: "a.mov"},
			"“a.mov” can't be found: it was moved or deleted, or its drive is not connected.",
		},
		{
			"size that is not that of the content", fault.NewEndsEarly(23, 4096),
			words.Subject{File: "enabled"},
			"Only 23 bytes of “enabled” can be read, but the system reports a size of 4 KB.",
		},
		{
			"capitalized default server name", fault.Newf(fault.Busy, fault.Patch, ""),
			words.Subject{},
			"The server is busy.",
		},
		{
			"server error code", refused,
			words.Subject{Server: "Studio"},
			"“Studio” rejected the file (HTTP 400, ERR_UPLOAD_REJECTED).",
		},
		{
			"URL without secrets", fault.Newf(fault.Unreachable, fault.Probe, ""),
			words.Subject{Server: "http://u:secret@h/files/?token=secret"},
			"“http://h/files/” doesn't accept connections.",
		},
		{
			"folder for received files", &fault.Fault{Kind: fault.LocalDisk, Op: fault.Patch, Code: fault.CodeReceiverFull},
			words.Subject{},
			"Ferry can't save received files on this computer: the disk of “/home/ann/Downloads/Ferry” is full.",
		},
		{
			"control characters replaced", fault.Newf(fault.SourceDenied, fault.Open, ""),
			words.Subject{File: "a\x1b[2J\n\u202eb"},
			"No permission to read “a�[2J��b”.",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := words.Fault(test.fault, test.about).What; got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

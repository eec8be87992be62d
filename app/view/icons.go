package view

import (
	"path/filepath"
	"strings"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/widgets/theme"
)

// StateIcon returns the icon and the tone of a state. No two states have the same icon.
func StateIcon(state uploader.State) (theme.IconName, theme.Tone) {
	switch state {
	case uploader.StatePreparing:
		return theme.IconPreparing, theme.Active
	case uploader.StateUploading:
		return theme.IconUploading, theme.Active
	case uploader.StateChecking:
		return theme.IconChecking, theme.Active
	case uploader.StatePaused:
		return theme.IconPaused, theme.Muted
	case uploader.StateOffline:
		return theme.IconOffline, theme.Warning
	case uploader.StateRetrying:
		return theme.IconClock, theme.Warning
	case uploader.StateBusy:
		return theme.IconBusy, theme.Warning
	case uploader.StateChanged:
		return theme.IconChanged, theme.Warning
	case uploader.StateMissing:
		return theme.IconMissing, theme.Warning
	case uploader.StateSignIn:
		return theme.IconKey, theme.Warning
	case uploader.StateExpired:
		return theme.IconExpired, theme.Warning
	case uploader.StateNeedsDecision:
		return theme.IconInfo, theme.Warning
	case uploader.StateFailed:
		return theme.IconError, theme.Error
	case uploader.StateDone:
		return theme.IconDone, theme.Success
	case uploader.StateCancelled:
		return theme.IconCancel, theme.Muted
	default:
		return theme.IconWaiting, theme.Muted
	}
}

// fileIcon returns the icon for a file name's extension.
func fileIcon(name string) theme.IconName {
	if icon, ok := extensionIcons[strings.ToLower(filepath.Ext(name))]; ok {
		return icon
	}
	return theme.IconFile
}

// extensionIcons maps file extensions to icons.
var extensionIcons = byExtension(map[theme.IconName]string{
	theme.IconDocument: ".pdf .txt .md .doc .docx .odt .rtf .xls .xlsx .ods .csv .ppt .pptx .odp .epub .log",
	theme.IconImage:    ".jpg .jpeg .png .gif .webp .heic .tif .tiff .bmp .svg .psd .cr2 .cr3 .nef .arw .dng .raf .orf .raw .xcf",
	theme.IconVideo:    ".mov .mp4 .mkv .avi .webm .m4v .mxf .mts .braw .r3d .wmv .mpg .mpeg",
	theme.IconAudio:    ".mp3 .flac .wav .ogg .opus .m4a .aac .aif .aiff .wma",
	theme.IconArchive:  ".zip .tar .gz .tgz .xz .zst .bz2 .7z .rar .jar .deb .rpm",
	theme.IconCode:     ".go .c .h .cpp .rs .py .js .ts .java .rb .sh .html .css .json .xml .yaml .yml .toml .sql",
	theme.IconDisk:     ".iso .img .dmg .vdi .vmdk .qcow2 .vhd .vhdx",
})

func byExtension(extensions map[theme.IconName]string) map[string]theme.IconName {
	icons := map[string]theme.IconName{}
	for icon, list := range extensions {
		for extension := range strings.FieldsSeq(list) {
			icons[extension] = icon
		}
	}
	return icons
}

// ServerIcon returns the icon of a server.
func ServerIcon(server uploader.Server) theme.IconName {
	if server.Builtin() {
		return theme.IconComputer
	}
	return theme.IconServer
}

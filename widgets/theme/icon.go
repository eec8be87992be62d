package theme

import (
	"embed"
	"path"
	"strings"

	"fyne.io/fyne/v2"
	fynetheme "fyne.io/fyne/v2/theme"
)

//go:generate go run ./internal/outline icons/src icons

//go:embed icons/*.svg
var iconFiles embed.FS

// IconName names one of Ferry's icons. All are drawn on a grid of 24 units
// with one width of line.
type IconName string

// The icons.
const (
	// Files.
	IconFile       IconName = "file"
	IconDocument   IconName = "document"
	IconImage      IconName = "image"
	IconVideo      IconName = "video"
	IconAudio      IconName = "audio"
	IconArchive    IconName = "archive"
	IconCode       IconName = "code"
	IconDisk       IconName = "disk"
	IconFolder     IconName = "folder"
	IconFolderOpen IconName = "folder-open"
	IconFolderAdd  IconName = "folder-add"

	// Actions.
	IconAdd      IconName = "add"
	IconPause    IconName = "pause"
	IconResume   IconName = "resume"
	IconCancel   IconName = "cancel"
	IconRetry    IconName = "retry"
	IconUndo     IconName = "undo"
	IconRemove   IconName = "remove"
	IconLink     IconName = "link"
	IconCopy     IconName = "copy"
	IconSettings IconName = "settings"
	IconSearch   IconName = "search"
	IconMore     IconName = "more"
	IconDetails  IconName = "details"
	IconKey      IconName = "key"
	IconLock     IconName = "lock"
	IconView     IconName = "view"
	IconQuit     IconName = "quit"
	IconTop      IconName = "top"
	IconUp       IconName = "up"
	IconDown     IconName = "down"
	IconBottom   IconName = "bottom"

	// States.
	IconWaiting   IconName = "waiting"
	IconPreparing IconName = "preparing"
	IconUploading IconName = "uploading"
	IconChecking  IconName = "checking"
	IconPaused    IconName = "paused"
	IconOffline   IconName = "offline"
	IconOnline    IconName = "online"
	IconClock     IconName = "clock"
	IconBusy      IconName = "busy"
	IconChanged   IconName = "changed"
	IconMissing   IconName = "missing"
	IconForgotten IconName = "forgotten"
	IconError     IconName = "error"
	IconWarning   IconName = "warning"
	IconDone      IconName = "done"
	IconCheck     IconName = "check"
	IconInfo      IconName = "info"
	IconHelp      IconName = "help"

	// Places and subjects.
	IconServer     IconName = "server"
	IconComputer   IconName = "computer"
	IconGlobe      IconName = "globe"
	IconBell       IconName = "bell"
	IconSpeed      IconName = "speed"
	IconData       IconName = "data"
	IconAppearance IconName = "appearance"
	IconKeyboard   IconName = "keyboard"

	// Directions.
	IconChevronUp    IconName = "chevron-up"
	IconChevronDown  IconName = "chevron-down"
	IconChevronLeft  IconName = "chevron-left"
	IconChevronRight IconName = "chevron-right"
)

// standIns are the icons of Fyne that Ferry draws itself, so that Fyne's own
// dialogs and fields belong to the family.
var standIns = map[fyne.ThemeIconName]IconName{
	fynetheme.IconNameCancel:         IconCancel,
	fynetheme.IconNameWindowClose:    IconCancel,
	fynetheme.IconNameConfirm:        IconCheck,
	fynetheme.IconNameDelete:         IconRemove,
	fynetheme.IconNameSearch:         IconSearch,
	fynetheme.IconNameSettings:       IconSettings,
	fynetheme.IconNameContentAdd:     IconAdd,
	fynetheme.IconNameContentCopy:    IconCopy,
	fynetheme.IconNameContentUndo:    IconUndo,
	fynetheme.IconNameFolder:         IconFolder,
	fynetheme.IconNameFolderOpen:     IconFolderOpen,
	fynetheme.IconNameFolderNew:      IconFolderAdd,
	fynetheme.IconNameFile:           IconFile,
	fynetheme.IconNameFileImage:      IconImage,
	fynetheme.IconNameFileVideo:      IconVideo,
	fynetheme.IconNameFileAudio:      IconAudio,
	fynetheme.IconNameFileText:       IconDocument,
	fynetheme.IconNameInfo:           IconInfo,
	fynetheme.IconNameQuestion:       IconHelp,
	fynetheme.IconNameWarning:        IconWarning,
	fynetheme.IconNameError:          IconError,
	fynetheme.IconNameViewRefresh:    IconRetry,
	fynetheme.IconNameMoreHorizontal: IconMore,
	fynetheme.IconNameArrowDropDown:  IconChevronDown,
	fynetheme.IconNameArrowDropUp:    IconChevronUp,
	fynetheme.IconNameNavigateBack:   IconChevronLeft,
	fynetheme.IconNameNavigateNext:   IconChevronRight,
	fynetheme.IconNameComputer:       IconComputer,
	fynetheme.IconNameStorage:        IconData,
	fynetheme.IconNameMoveUp:         IconUp,
	fynetheme.IconNameMoveDown:       IconDown,
	fynetheme.IconNameVisibility:     IconView,
}

// IconNames lists every icon, in the order of the alphabet.
func IconNames() []IconName {
	entries, err := iconFiles.ReadDir("icons")
	if err != nil {
		return nil // not possible: the directory is embedded
	}
	names := make([]IconName, len(entries))
	for i, entry := range entries {
		names[i] = IconName(strings.TrimSuffix(entry.Name(), ".svg"))
	}
	return names
}

// Icon returns an icon in the colour of text. It follows the theme.
func Icon(name IconName) fyne.Resource {
	return Tinted(name, ColorText)
}

// Tinted returns an icon in a colour of the theme, and follows it. A name that
// is none of Ferry's gives Fyne's sign for a missing image.
func Tinted(name IconName, tint fyne.ThemeColorName) fyne.Resource {
	drawing, err := iconFiles.ReadFile(path.Join("icons", string(name)+".svg"))
	if err != nil {
		return fynetheme.BrokenImageIcon()
	}
	return fynetheme.NewColoredResource(fyne.NewStaticResource("ferry-"+string(name)+".svg", drawing), tint)
}

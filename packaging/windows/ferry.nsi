; The installer for Windows. It installs for the current user, without administrator
; rights. packaging/package passes VERSION, NUMBERS (the version without -dev),
; SOURCE (the folder with the files) and OUTPUT:
;
;   makensis -DVERSION=0.2.0-dev -DNUMBERS=0.2.0 -DSOURCE=dir -DOUTPUT=setup.exe ferry.nsi
;
; -DCOMPRESSOR=zlib makes a larger one in less time, for tests.
;
; It registers no file type: a double click on a file must not upload it. The profile,
; with the uploads and settings, is never touched; neither by a new version nor by
; removing Ferry.

Target amd64-unicode
!ifndef COMPRESSOR
	!define COMPRESSOR lzma
!endif
SetCompressor /SOLID ${COMPRESSOR}
!include MUI2.nsh
!include LogicLib.nsh

Name "Ferry"
OutFile "${OUTPUT}"
RequestExecutionLevel user
InstallDir "$LOCALAPPDATA\Programs\Ferry"
InstallDirRegKey HKCU "Software\Ferry" "InstallDir"
!if ${COMPRESSOR} == lzma
	SetCompressorDictSize 64
!endif
SetDateSave off
ManifestDPIAware true

VIProductVersion "${NUMBERS}.0"
VIAddVersionKey /LANG=0 "ProductName" "Ferry"
VIAddVersionKey /LANG=0 "FileDescription" "Ferry setup"
VIAddVersionKey /LANG=0 "FileVersion" "${VERSION}"
VIAddVersionKey /LANG=0 "ProductVersion" "${VERSION}"
VIAddVersionKey /LANG=0 "CompanyName" "The Ferry authors"
VIAddVersionKey /LANG=0 "LegalCopyright" "Copyright (c) The Ferry authors"

!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\Ferry"
!define SCHEME "Software\Classes\ferry"
!define RUN "Software\Microsoft\Windows\CurrentVersion\Run"
!define APP_PATH "Software\Microsoft\Windows\CurrentVersion\App Paths\ferry.exe"

!define MUI_ICON "ferry.ico"
!define MUI_UNICON "ferry.ico"
!define MUI_ABORTWARNING
!define MUI_FINISHPAGE_RUN "$INSTDIR\ferry.exe"
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "SimpChinese"

; Replace deletes a program file of an earlier version. A program that is running cannot
; be deleted but renamed: it keeps running, and the file is deleted by the next
; installation, or when the computer starts.
!macro Replace NAME
	Delete "$INSTDIR\${NAME}.old"
	ClearErrors
	Delete "$INSTDIR\${NAME}"
	${If} ${Errors}
		Rename "$INSTDIR\${NAME}" "$INSTDIR\${NAME}.old"
		Delete /REBOOTOK "$INSTDIR\${NAME}.old"
	${EndIf}
!macroend

Section "Ferry"
	SetOutPath "$INSTDIR"
	!insertmacro Replace "ferry.exe"
	!insertmacro Replace "ferry.com"
	File "${SOURCE}/ferry.exe"
	File "${SOURCE}/ferry.com"
	File "${SOURCE}/LICENCES.txt"
	WriteUninstaller "$INSTDIR\uninstall.exe"
	WriteRegStr HKCU "Software\Ferry" "InstallDir" "$INSTDIR"

	CreateShortcut "$SMPROGRAMS\Ferry.lnk" "$INSTDIR\ferry.exe"
	; Explorer starts it with the paths of the selected files.
	CreateShortcut "$SENDTO\Ferry.lnk" "$INSTDIR\ferry.exe"
	; "ferry" in the Run dialog.
	WriteRegStr HKCU "${APP_PATH}" "" "$INSTDIR\ferry.exe"

	; Links ferry://add?… open the dialog that adds a server.
	WriteRegStr HKCU "${SCHEME}" "" "URL:Ferry"
	WriteRegStr HKCU "${SCHEME}" "URL Protocol" ""
	WriteRegStr HKCU "${SCHEME}\DefaultIcon" "" "$INSTDIR\ferry.exe,0"
	WriteRegStr HKCU "${SCHEME}\shell\open\command" "" '"$INSTDIR\ferry.exe" -- "%1"'

	WriteRegStr HKCU "${UNINSTALL}" "DisplayName" "Ferry"
	WriteRegStr HKCU "${UNINSTALL}" "DisplayVersion" "${VERSION}"
	WriteRegStr HKCU "${UNINSTALL}" "DisplayIcon" "$INSTDIR\ferry.exe,0"
	WriteRegStr HKCU "${UNINSTALL}" "Publisher" "The Ferry authors"
	WriteRegStr HKCU "${UNINSTALL}" "URLInfoAbout" "https://github.com/ferryapp/ferry"
	WriteRegStr HKCU "${UNINSTALL}" "UninstallString" '"$INSTDIR\uninstall.exe"'
	WriteRegStr HKCU "${UNINSTALL}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
	WriteRegDWORD HKCU "${UNINSTALL}" "NoModify" 1
	WriteRegDWORD HKCU "${UNINSTALL}" "NoRepair" 1
SectionEnd

Section "Uninstall"
	!insertmacro Replace "ferry.exe"
	!insertmacro Replace "ferry.com"
	Delete "$INSTDIR\LICENCES.txt"
	Delete "$INSTDIR\uninstall.exe"
	RMDir "$INSTDIR"
	Delete "$SMPROGRAMS\Ferry.lnk"
	Delete "$SENDTO\Ferry.lnk"
	DeleteRegKey HKCU "${APP_PATH}"
	DeleteRegKey HKCU "${SCHEME}"
	DeleteRegKey HKCU "${UNINSTALL}"
	DeleteRegKey HKCU "Software\Ferry"
	; The entries that "Start at login" in the settings writes, one for each profile.
	StrCpy $0 0
	${Do}
		EnumRegValue $1 HKCU "${RUN}" $0
		${If} $1 == ""
			${ExitDo}
		${EndIf}
		StrCpy $2 $1 24
		${If} $2 == "io.github.ferryapp.Ferry"
			DeleteRegValue HKCU "${RUN}" $1
		${Else}
			IntOp $0 $0 + 1
		${EndIf}
	${Loop}
SectionEnd

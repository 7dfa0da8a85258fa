## The app, tray, notifications: read by the window and by the Rust shell.

app-name = Mobile Call
tray-show = Show Mobile Call
tray-quit = Quit
tray-tooltip = Mobile Call
tray-tooltip-missed =
    { $count ->
        [one] Mobile Call: one missed call
       *[other] Mobile Call: { $count } missed calls
    }
notify-incoming = Incoming call
notify-missed = Missed call
notify-answer = Answer
notify-still-running = Mobile Call keeps running
notify-still-running-tray = Calls still reach you here. Choose Quit in the tray or in the settings to end it.
notify-still-running-no-tray = Calls still reach you here. Start it again to see the window; Quit is in its settings.
notify-decline = Decline

## Tabs and the status strip

tab-keypad = Keypad
tab-history = History
tab-team = Team
tab-settings = Settings
tabs-label = Sections
tab-missed-count =
    { $count ->
        [one] one missed call
       *[other] { $count } missed calls
    }
status-label = Connection
status-ready = Ready
status-ready-detail = You can call and be called
status-no-microphone = No microphone
status-no-speaker = No speaker
status-no-sound = No microphone, no speaker
status-microphone-fails = Microphone fails
status-speaker-fails = Speaker fails
status-no-sound-detail = Calls come and go, but without all of their sound. Plug in a headset, or look at the sound settings.
status-connecting = Connecting…
status-connecting-again = Connecting, try { $attempt }
status-off = Not connected
status-off-detail = You cannot be reached until you connect
status-failed = Cannot connect
status-server-down = Server not reachable
status-server-embedded = This computer
status-server-embedded-port = This computer, port { $port }
status-extension = Extension { $extension }
status-connect = Connect
status-disconnect = Disconnect
lines-label = Lines
lines-standing = How your lines stand
line-kind-direct = Colleagues
line-kind-twilio = Phone network
line-kind-sip = PBX

## The smart field

dial-label = Name or number
dial-placeholder = Name or number
dial-call = Call
dial-via-phone = Call me on my phone first
dial-clear = Clear
dial-will-call = Will call { $address }
dial-will-call-name = Will call { $name }
dial-cannot-call = Cannot call { $address } right now
dial-kind-phone = Phone number
dial-kind-extension = Extension
dial-kind-service = Service
dial-kind-client = Colleague
dial-kind-sip = SIP address
dial-post-dial = { $digits } is not part of the number. Send it when they answer.
dial-note-unknownRange = No such number is known here. Check it if the call fails.
dial-note-letters = Letters are dialed as the keys they stand on
dial-over = Over { $line }
dial-line = Over
dial-line-down = { $line } – { $standing }
dial-choices = Choose who to call
dial-hint = Type a name, an extension or a number
dial-hint-echo = Try { $code } to hear yourself
dial-another = Call somebody else
service-echo = Echo test
keypad-label = Keypad

## Calls

call-label = Call with { $who }
calls-label = Calls
call-state-dialing = Calling…
call-state-alerting = Ringing…
call-state-offered = Incoming call
call-state-connecting = Connecting…
call-state-active = In a call
call-state-held = On hold
call-state-reconnecting = Connection lost, coming back…
call-state-ending = Hanging up…
call-state-ended = Call ended
call-timer = Talk time
call-mute = Mute
call-unmute = Unmute
call-hold = Hold
call-resume = Resume
call-digits = Digits
call-digits-sent = Digits sent
call-send-post-dial = Send { $digits }
call-digit-received = Digit { $digit } received
call-hangup = Hang up
call-cancel = Cancel
call-answer = Answer
call-decline = Decline
call-decline-again = Press Esc again to decline
call-back = Call back
call-again = Call again
call-show = Show the call
call-close = Close
call-unknown = Unknown caller
call-incoming-from = Incoming call from { $who }
call-other = Other calls

## Call quality

quality-label = Call quality
quality-excellent = Excellent sound
quality-veryGood = Very good sound
quality-good = Good sound
quality-fair = Fair sound
quality-poor = Poor sound
quality-measuring = Measuring the sound…
quality-why-loss = Your network is losing { $percent } of the sound
quality-why-delay = The sound arrives { $ms } ms late
quality-why-jitter = Your network is uneven: { $ms } ms
quality-details = Details of the call quality
quality-rtt = Round trip
quality-jitter = Jitter
quality-loss = Loss
quality-mos = Score (MOS)
quality-packets = Packets in / out
quality-packets-both = { $received } / { $sent }
quality-ms = { $ms } ms
quality-none = –

## Why a call ended

end-localHangup = You hung up
end-remoteHangup = The other side hung up
end-localCancel = You gave up the call
end-remoteCancel = The caller gave up
end-busy = The line is busy. Try again in a while.
end-declined = The call was declined
end-localDecline = You declined the call
end-noAnswer = Nobody answered
end-answeredElsewhere = Answered on another of your devices
end-unknownDestination = There is no such number. Check the digits.
end-offline = Not signed in anywhere right now. Try again later.
end-otherServer = Signed in at another server. Ask your administrator: everybody must use the same one.
end-notAllowed = You may not call this destination. Ask your administrator.
end-incompatible = The two sides share no sound format. Update both apps.
end-mediaLost = The sound was lost and did not come back. Check the network and call again.
end-signalingLost = The connection to the server was lost. Check the network and call again.
end-interrupted = The app or the server ended during the call
end-failed = The call could not be put through. Try again.

## Calls by way of the agent's own phone

phone-call-label = Call to { $who } by way of your phone
phone-call-forget = Hide this, the call goes on
phone-call-ended = Call over: { $how }
phone-call-talked = you talked
phone-call-code = (Twilio { $code })
phone-call-stage-asked = Asking the server…
phone-call-stage-ringsHere = Your phone rings: pick it up.
phone-call-stage-answeredHere = You answered. The other side is being called…
phone-call-stage-ringsThere = It rings on the other side…
phone-call-stage-talking = Talking on your phone

## History

missed-news =
    { $count ->
        [one] Missed call
       *[other] { $count } missed calls
    }
missed-news-last =
    { $count ->
        [one] from { $who }
       *[other] latest: { $who }
    }
history-search = Search name or number
history-search-clear = Clear the search
history-filter = Show
history-filter-all = All
history-filter-missed = Missed
history-filter-incoming = Incoming
history-filter-outgoing = Outgoing
history-today = Today
history-yesterday = Yesterday
history-empty = No calls yet
history-empty-hint = Calls you make and receive appear here.
history-none-missed = No missed calls
history-none-missed-hint = You took every call.
history-none-found = Nothing found
history-none-found-hint = Try another name or fewer digits.
history-loading = Loading the history…
history-more = Show more
history-failed = The history could not be loaded.
history-call-back = Call { $who }
history-not-synced = Only on this computer so far
history-offline = Offline. What you see is kept on this computer.
history-offline-pending =
    { $count ->
        [one] Offline. One change waits for the server.
       *[other] Offline. { $count } changes wait for the server.
    }
history-syncing-count =
    { $count ->
        [one] Loading calls from the server: one so far
       *[other] Loading calls from the server: { $count } so far
    }
history-sync-now = Sync now
disposition-answered-incoming = Incoming
disposition-answered-outgoing = Outgoing
disposition-missed = Missed
disposition-unanswered = No answer
disposition-declined-incoming = Declined
disposition-declined-outgoing = Busy or declined
disposition-failed = Failed
disposition-ongoing = Now
recording-label = Recording
recording-listen = Play the recording of the call with { $who }
recording-close = Close the recording of the call with { $who }
recording-play = Play
recording-pause = Pause
recording-position = Place in the recording
recording-time = { $at } of { $length }
recording-speed = Speed
recording-speed-times = { $speed }×
recording-save = Save in the downloads folder
recording-saved = Saved in { $folder } as { $name }
recording-loading = Loading the recording…
recording-loading-percent = Loading the recording… { $percent }

## Team

team-label = Team
team-empty = Nobody else yet
team-empty-hint = Colleagues of your company appear here once they have an account.
team-search = Search the team
team-you = You
team-call = Call { $name }
presence-available = Available
presence-busy = In a call
presence-offline = Offline

## Settings

settings-account = Account
settings-sign-out = Sign out
settings-signed-out = Nobody is signed in
settings-session-not-kept = The system keyring is not available, so you stay signed in only until you quit the app.
settings-server = Server
settings-server-embedded = On this computer
settings-server-embedded-hint = Starts with the app; nothing to set up
settings-server-remote = Company server
settings-server-remote-hint = Your team shares one server
settings-server-url = Server address
settings-server-in-use = Address in use
settings-server-port = This server is on port { $port }: another program had port { $wanted } when the app started.
settings-server-reachable = Answers
settings-server-unreachable = Does not answer
settings-phone = Your phone
settings-phone-number = Its number
settings-phone-hint = It is called first when you choose that for a call, and you talk on it. Such a call costs two phone calls.
twilio-title = Calls to the phone network (Twilio)
twilio-loading = Asking the server…
twilio-source-company = Calls to phone numbers go over this account.
twilio-source-server = Calls go over the account of the server. Enter another one here to use that.
twilio-source-none = Not set up. With an account at Twilio phone numbers can be called.
twilio-field-accountSid = Account SID
twilio-field-authToken = Auth token
twilio-field-apiKey = API key
twilio-field-apiSecret = API secret
twilio-field-twimlAppSid = TwiML app
twilio-field-phoneNumber = Phone number
twilio-field-publicBaseUrl = Public address of the server
twilio-hint-accountSid = On the first page of Twilio’s console.
twilio-hint-authToken = Below the Account SID.
twilio-hint-apiKey = Account, API keys & tokens: create a standard key.
twilio-hint-apiSecret = Shown once, when the key is created.
twilio-hint-twimlAppSid = Voice, TwiML apps.
twilio-hint-phoneNumber = One that you bought at Twilio. Those you call see it.
twilio-hint-publicBaseUrl = Here Twilio asks what to do with a call.
twilio-shape-accountSid = It begins with AC, and 32 letters and digits follow.
twilio-shape-authToken = It has 32 letters and digits.
twilio-shape-apiKey = It begins with SK, and 32 letters and digits follow.
twilio-shape-apiSecret = It has 32 letters and digits.
twilio-shape-twimlAppSid = It begins with AP, and 32 letters and digits follow.
twilio-shape-phoneNumber = Write it with a plus and the country code, like +966112345678.
twilio-shape-publicBaseUrl = Write it like https://calls.example.com.
twilio-missing = This is needed.
twilio-secret-set = It is set. Leave this empty to keep it.
twilio-secret-ends = It is set and ends in { $end }. Leave this empty to keep it.
twilio-reach-embedded = Twilio must reach this computer over the internet: at a public address, or through a tunnel. Enter its https address above. Only what Twilio has signed is answered there.
twilio-reach-tunnel = Let the tunnel lead to
twilio-reach-server = Twilio must reach the server at its public address, over https with a valid certificate.
twilio-saved = Saved.
twilio-remove = Forget this account
twilio-remove-again = Forget it now
settings-apply = Apply
settings-auto-connect = Connect automatically
settings-auto-connect-hint = Connect by itself when the app starts
settings-lines-company = In the company’s order
settings-lines-company-order = The company’s order: { $order }
settings-lines-company-none = The company has set no order
settings-lines-then = { $first }, then { $second }
settings-line-standing = { $kind }: { $standing }
settings-line-off = { $kind }: turned off
settings-line-add = Add a line
settings-line-change = Change “{ $line }”
settings-line-earlier = Try “{ $line }” earlier
settings-line-later = Try “{ $line }” later
settings-line-kind = Kind of line
settings-line-name = Name
settings-line-server = Server address
settings-line-save = Save
settings-line-cancel = Cancel
settings-line-remove = Remove this line
settings-line-remove-again = Press again to remove it
settings-notifications = Desktop notifications
settings-notifications-hint = For incoming and missed calls
settings-appearance = Appearance
settings-language = Language
settings-theme = Colors
settings-theme-system = System
settings-theme-light = Light
settings-theme-dark = Dark
settings-sound = Sound
settings-microphone = Microphone
settings-speaker = Speaker
settings-ring-device = Ring on
settings-device-system = System default
settings-device-system-name = { $device } (default)
settings-device-speaker = Same as the speaker
settings-device-gone = Not plugged in
settings-level = Microphone level
settings-level-start = Test
settings-level-stop = Stop
settings-level-hint = Speak: the bar should move
settings-test-tone = Play a test tone
settings-echo = Echo cancelling
settings-noise = Noise suppression
settings-gain = Automatic volume
settings-keys-show = Show the list of keys
settings-quit = Quit Mobile Call
settings-not-saved = Not saved.

## Sign-in

sign-in-title = Sign in
sign-in-hint = Use the account of your company
sign-in-username = User name
sign-in-password = Password
sign-in-submit = Sign in
sign-in-busy = Signing in…
sign-in-server = Server
sign-in-change-server = Change
sign-in-password-show = Show the password
sign-in-password-hide = Hide the password
connect-hint = Connect to call and to be called.
connect-button = Connect
connect-busy = Starting…

## The server's web pages

web-calls = Recent calls
web-refresh = Load again
web-server-works = The server works, version { $version }
web-server-fails = The server does not work
web-server-asking = Asking the server…
web-server-unreachable = The server does not answer. Check the network and try again.
web-refused = The server refused. Ask your administrator whether you may do this.

## Keys

keys-title = Keyboard keys
keys-answer = Answer
keys-decline = Decline
keys-hangup = Hang up
keys-mute = Mute or unmute
keys-push-mute = Mute while held
keys-hold = Hold or resume
keys-redial = Call the last number again
keys-search = Search the history
keys-next = Next call
keys-call = Back to the call
keys-quit = Quit
keys-list = This list
keys-or = or
keys-note = Single keys work while no text field is in use.
key-enter = Enter
key-esc = Esc
key-ctrl = Ctrl
key-tab = Tab
key-space = Space

## Problems: what happened and what to do

quit-title = Quit and end the call?
quit-hint = A call is running. It ends when Mobile Call quits.
quit-confirm = Quit and end the call
quit-cancel = Keep talking
problem-close = Close this message
problems-label = Messages
problem-times =
    { $count ->
        [one] Once
       *[other] { $count } times
    }
problems-waiting =
    { $count ->
        [one] One more message
       *[other] { $count } more messages
    }
action-connect = Connect
action-history = Open the history
action-retry = Try again
action-settings = Open settings
action-sign-in = Sign in
start-title = Mobile Call could not start
start-loading = Starting…

error-serverUnreachable = The server at { $url } does not answer. Check the network, or the address in the settings.
error-certificateNotTrusted = The certificate of { $url } is not trusted. Check the address, or ask your administrator for the company's certificate.
error-notAMobileCallServer = What answers at the server's address is not a Mobile Call server. Sign in to the network first if it asks you to, or check the address in the settings.
error-serverBusy = The server cannot do this right now. Try again in a minute.
error-serverRefused = The server refused. Ask your administrator whether you may do this, or update the app.
error-badServerUrl = “{ $url }” is not a server address. Write it as https://calls.example.com.
error-wrongCredentials = User name or password is wrong. Check both and try again.
error-tooManyTries = Too many tries. Wait { $seconds } seconds, then try again.
error-sessionExpired = Your session has ended. Sign in again.
error-notSignedIn = You are not signed in. Sign in first.
error-lineNotReady =
    { $line ->
        [direct] You are not connected yet. Wait until the status says “Ready”, or connect.
       *[other] This line is not ready yet. Wait, or choose another one.
    }
error-noSuchLine = There is no such line any more. Choose another one.
error-lineUnavailable = This kind of line is not available in this version of the app.
error-lineCannot = This line cannot do that.
error-calledWhileTalking = { $who } called while you were talking. The call is in the history.
error-transferFailed = The call could not be handed over. It goes on here.
error-nothingToDial = Type a number, an extension or a name first.
error-malformedNumber = This is not a valid phone number. Check the digits, or write it with its country code, like +966 50 123 4567.
error-numberTooShort = More digits are needed for a colleague or a number. Write a number with its area code, or like +966 50 123 4567.
error-numberTooLong = This number has too many digits. Remove those that are too many.
error-unknownCountryCode = No country has the code that this number begins with. Check its first digits.
error-ambiguousNumber = This can be read as two numbers. Write the one you mean with its country code, like +966 50 123 4567.
error-shortNumberAbroad = Short numbers of another country can be dialed only there. Type the full number.
error-badCharacter = “{ $character }” at place { $place } cannot be dialed. Remove it and try again.
error-tooLongToDial = This is too long to dial. Remove some digits.
error-malformedSip = This is not a SIP address. Write it as sip:name@host.
error-unknownExtension = Nobody has this extension or name. Look in the team list.
error-unknownService = No service has this code. Dial *43 to hear yourself.
error-ownExtension = This is your own extension. Call somebody else, or *43 to hear yourself.
error-unsupportedAddress =
    { $advice ->
        [chooseLine]
            { $kind ->
                [phone] Phone numbers cannot be called on this line. Choose another line.
               *[sip] SIP addresses cannot be called on this line. Choose another line.
            }
        [askAdministrator] Phone numbers first need a line to the phone network. Your administrator can set one up.
        [addLine] Phone numbers first need a line to the phone network. Add one in the settings; your administrator has its data.
        [signIn] This computer’s server connects colleagues only. To call phone numbers, sign in to your company’s server.
        [addLineOrSignIn] This computer’s server connects colleagues only. Sign in to your company’s server, or add a line in the settings.
       *[callElse]
            { $line ->
                [direct] You can call colleagues only here, not SIP addresses. Type an extension or a name.
                [none] None of your lines can call SIP addresses. Type a number, an extension or a name.
               *[other] SIP addresses cannot be called on this line. Type a number, an extension or a name.
            }
    }
error-noSuchCall = This call is already over.
error-notNow = This cannot be done at this point of the call.
error-badDigit = Only 0–9, *, # and A–D can be sent, with a comma or w for a pause.
error-noMicrophone = No microphone was found, so others cannot hear you. Plug one in, or choose one in the settings.
error-noSpeaker = No speaker was found, so you cannot hear others. Plug one in, or choose one in the settings.
error-deviceLost =
    { $role ->
        [microphone] The microphone “{ $device }” was unplugged. Another one is used if there is one.
       *[speaker] The speaker “{ $device }” was unplugged. Another one is used if there is one.
    }
error-deviceInUse =
    { $role ->
        [microphone] The microphone is “{ $device }” now.
       *[speaker] The speaker is “{ $device }” now.
    }
error-deviceFound =
    { $role ->
        [microphone] The microphone “{ $device }” was plugged in. To use it, choose it in the settings.
       *[speaker] The speaker “{ $device }” was plugged in. To use it, choose it in the settings.
    }
error-deviceMissing =
    { $role ->
        [microphone] The microphone you chose is not plugged in. “{ $device }” is used instead.
       *[speaker] The speaker you chose is not plugged in. “{ $device }” is used instead.
    }
error-audioFailed =
    { $cause ->
        [busy]
            { $role ->
                [microphone] Another program is using the microphone. Close it, or choose another microphone in the settings.
               *[speaker] Another program is using the speaker. Close it, or choose another speaker in the settings.
            }
        [notPermitted]
            { $role ->
                [microphone] The system does not let this app use the microphone. Allow it in the privacy settings of the system.
               *[speaker] The system does not let this app use the speaker. Allow it in the privacy settings of the system.
            }
       *[other]
            { $role ->
                [microphone] The microphone could not be opened. Plug it in again, or choose another one in the settings.
               *[speaker] The speaker could not be opened. Plug it in again, or choose another one in the settings.
            }
    }
error-noAudioReceived = Nothing has been heard from the other side for 3 seconds. Their microphone may be off, or a firewall may block the sound.
error-mediaBlocked =
    { $relay ->
        [notConfigured] No way for the sound was found: this network lets web pages through, but no calls (UDP). Try another network, or ask your administrator to set up a relay (TURN).
        [wrongCredentials] No way for the sound was found: this network blocks it, and the relay (TURN) refuses its user name or password. Tell your administrator.
        [untrusted] No way for the sound was found: this network blocks it, and the certificate of the relay (TURN) is not trusted. Tell your administrator.
        [refused] No way for the sound was found: this network blocks it, and the relay (TURN) has no room. Try again in a minute, and tell your administrator.
        [ready] No way for the sound was found: the relay (TURN) answers, but does not reach the other side. Tell your administrator.
       *[unreachable] No way for the sound was found: this network blocks it, and the relay (TURN) cannot be reached either. Try another network, or tell your administrator.
    }
error-databaseUnreadable = The file { $path } cannot be read. Restore it from a backup, or move it away to start anew.
error-databaseNotWritable =
    { $access ->
        [write] The file { $path } cannot be written. Give your user the right to write to it and to its folder, and check the disk.
       *[all] The file { $path } cannot be read or cannot be written. Give your user the right to read and to write it and its folder, and check the disk.
    }
error-historyDamaged = The call history on this computer was damaged. It is fetched from the server again, and calls go on. The damaged file is kept as { $path }.
problem-entries-lost = Entries that could not be taken over: { $lost }.
error-historyNotWritten = The history on this computer cannot be written. Calls go on, and are written once it can: check that the disk is well and that this user may write to it.
error-diskFull = The disk is full: free some space. Calls are written to the history once there is room.
error-databaseTooNew = The file { $path } was written by a newer version. Install the newest version of Mobile Call.
error-keyringUnavailable = The system keyring is not available. You stay signed in only until you quit the app.
error-keyringUnreadable = Your session could not be read from the system keyring. Unlock the keyring and connect, or sign in again.
error-keyringKeepsSecret = What is no longer needed could not be removed from the system keyring. The app removes it once the keyring is unlocked.
error-embeddedServerFailed = The server on this computer could not start: { $detail }. Start the app again.
error-badSetting = The setting “{ $setting }” cannot have this value. Nothing was changed.
error-settingsUnreadable = The settings of this computer could not be read in part ({ $setting }). The usual ones are used instead: check them.
error-lineSetAside = These lines of the settings cannot be used and were left aside: { $line }. Correct them, or update the app.
error-recordingNotReady = The recording is not finished yet. Try again in a moment.
error-recordingDeleted = The recording was deleted and cannot be heard any more.
error-recordingNotAllowed = There is no recording of this call that you may hear. Ask your administrator.
error-recordingNotPlayable = This recording cannot be played here. Save it, and open it with another program.
error-recordingNotSaved = The recording could not be saved in { $folder }. Check that you may write there and that the disk has room.
error-noAgentPhone = Enter the number of your own phone in the settings first.
error-notByPhone = Only phone numbers can be called by way of your phone.
error-phoneCallRefused =
    { $reason ->
        [company] Your company does not allow this call: by its rules for numbers, hours or how many calls there may be.
        [notSetUp] Calls by way of your phone are not set up at the server. Ask your administrator.
        [number] One of the two numbers cannot be called. Check them, with their country codes.
        [caller] The company’s number may not be shown to those who are called. Your administrator has to verify it at Twilio.
        [trial] The trial account at Twilio calls only numbers that were verified there. Verify the number, or upgrade the account.
        [country] The account at Twilio may not call this country. Your administrator can allow it in Twilio’s Geo permissions.
        [balance] The account at Twilio is not active, most often for want of money. Your administrator has to add some.
        [account] Twilio blocks the account or the number. Your administrator has to ask Twilio’s support.
        [credentials] Twilio does not accept the server’s credentials. Your administrator has to check them.
        [webhook] Twilio cannot reach the server. Your administrator has to check its public address.
        [busy] Too many calls wait at Twilio, or it has trouble. Try again in a moment.
       *[other] Twilio refused the call. Ask your administrator to look into Twilio’s console.
    }
error-badTwilioAccount = Some values are missing or cannot be right: see below each of them.
error-internal = Something went wrong inside the app: { $detail }. Try again; if it stays, start the app again.

## What Twilio's error codes mean, and what to do about them

error-twilio = Twilio reports the error { $code }, which this version does not know. Look it up at twilio.com/docs/api/errors/{ $code }.
twilio-code = { $cause } { $remedy } (Twilio { $code })
twilio-error-10001 = The Twilio account is not active, most often since its balance is used up.
twilio-error-10002 = A trial account cannot do this.
twilio-error-10004 = The account has as many calls at once as Twilio allows it.
twilio-error-11200 = Twilio could not fetch what to do with the call from this server.
twilio-error-11205 = Twilio could not connect to this server.
twilio-error-11206 = The answer of this server to Twilio was not valid HTTP.
twilio-error-11210 = The name of this server in PUBLIC_BASE_URL is not known to Twilio.
twilio-error-11217 = This server, or a proxy before it, answered Twilio with an error.
twilio-error-11220 = The secure connection from Twilio to this server failed.
twilio-error-11235 = The certificate of this server is for another name than the one in PUBLIC_BASE_URL.
twilio-error-11236 = The certificate of this server has expired.
twilio-error-11237 = The certificate of this server is not one that Twilio trusts.
twilio-error-11750 = The TwiML of this server is too long.
twilio-error-12100 = The TwiML of this server cannot be read.
twilio-error-12200 = The TwiML of this server has something that Twilio does not know.
twilio-error-12300 = This server answered Twilio with a wrong content type.
twilio-error-13214 = The caller ID is not one that this account may show.
twilio-error-13223 = The called number is not a valid phone number.
twilio-error-13224 = Twilio cannot call this number.
twilio-error-13225 = Twilio blocks calls to this number.
twilio-error-13227 = Calls to this country are not allowed to the account.
twilio-error-13520 = The TwiML of this server says a text that Twilio cannot speak.
twilio-error-20001 = Twilio could not read the request of this server.
twilio-error-20003 = Twilio does not accept the credentials of this server.
twilio-error-20005 = The Twilio account is not active, most often since its balance is used up.
twilio-error-20008 = Test credentials cannot do this.
twilio-error-20101 = The access token is not valid.
twilio-error-20103 = The issuer or subject of the access token is not valid.
twilio-error-20104 = The access token has expired, or was made for too long a time.
twilio-error-20107 = The signature of the access token is not valid.
twilio-error-20151 = Twilio refused the access token.
twilio-error-20403 = The account is not allowed to do this.
twilio-error-20404 = Twilio does not have what was asked for, or it is over already.
twilio-error-20429 = More requests were sent to Twilio than it takes.
twilio-error-20500 = Twilio has an internal error.
twilio-error-20503 = Twilio is not available at the moment.
twilio-error-21201 = No number to call was given.
twilio-error-21202 = The called number is a premium number, which Twilio does not call.
twilio-error-21203 = This number cannot be called from the account.
twilio-error-21205 = The address that this server gave to Twilio is not a valid URL.
twilio-error-21210 = The caller's number is not verified for this account.
twilio-error-21211 = The called number is not a valid phone number.
twilio-error-21212 = The caller's number is not a valid phone number.
twilio-error-21213 = No caller's number was given.
twilio-error-21214 = The called number cannot be reached.
twilio-error-21215 = Calls to this country are not allowed to the account.
twilio-error-21216 = Twilio blocks calls to this number.
twilio-error-21217 = The phone number seems not to be valid.
twilio-error-21218 = The TwiML app does not exist in this account.
twilio-error-21219 = The called number is not verified, and a trial account calls verified numbers only.
twilio-error-21220 = The call is not in a state in which this can be done; most often it is over.
twilio-error-21401 = The phone number is not valid.
twilio-error-21421 = The phone number is not valid.
twilio-error-21450 = The number is verified already.
twilio-error-21603 = A sender's number is needed.
twilio-error-21608 = The number is not verified, and a trial account reaches verified numbers only.
twilio-error-21617 = The text of this server is too long for Twilio.
twilio-error-30001 = Twilio's queue of this number is full.
twilio-error-30002 = The account was suspended.
twilio-error-30003 = The called device is not reachable.
twilio-error-30004 = The called number is blocked.
twilio-error-30005 = The called number is not known.
twilio-error-30006 = The called number is a landline or of a carrier that cannot be reached.
twilio-error-30008 = The carrier gave no reason.
twilio-error-31000 = Something went wrong that Twilio does not name.
twilio-error-31001 = The TwiML app does not exist.
twilio-error-31002 = The call was refused by the TwiML app or by Twilio.
twilio-error-31003 = Twilio gave no answer in time.
twilio-error-31005 = The connection to Twilio failed.
twilio-error-31008 = The call ended, or was taken on another device, before it was answered here.
twilio-error-31009 = There is no connection to Twilio.
twilio-error-31100 = Twilio could not read a message of this program.
twilio-error-31101 = A call had no parameters.
twilio-error-31102 = Twilio was given no access token.
twilio-error-31103 = The parameters of the call are too long.
twilio-error-31104 = The call could not be connected.
twilio-error-31105 = The agent's name has characters that Twilio does not take.
twilio-error-31107 = The call could not be taken up again.
twilio-error-31201 = Twilio refused the access token.
twilio-error-31202 = The signature of the access token is not valid.
twilio-error-31203 = The Twilio account cannot be used.
twilio-error-31204 = The access token is not valid.
twilio-error-31205 = The access token has expired.
twilio-error-31206 = Twilio got more messages than it takes.
twilio-error-31207 = The access token was made for too long a time.
twilio-error-31208 = The microphone was not allowed.
twilio-error-31209 = The call could not be taken up again.
twilio-error-31210 = Twilio does not know this kind of message.
twilio-error-31212 = The message to the call is too long.
twilio-error-31400 = A message of the call could not be read.
twilio-error-31401 = The microphone was not allowed.
twilio-error-31402 = The microphone is missing or in use.
twilio-error-31404 = There is no such number, or the TwiML app has no voice URL.
twilio-error-31480 = The called party cannot be reached.
twilio-error-31486 = The called party is busy.
twilio-error-31603 = The called party declined.
twilio-error-32205 = Calls to this country or kind of number are not allowed to the account.
twilio-error-53000 = The signaling of the call failed.
twilio-error-53001 = The connection to Twilio was lost.
twilio-error-53400 = The voice of this side could not be set up.
twilio-error-53402 = The voice of the other side could not be set up.
twilio-error-53405 = The voice connection failed or was lost.
twilio-remedy-check-number = Check the number, with its country code.
twilio-remedy-check-caller-id = Set TWILIO_PHONE_NUMBER to a number that was bought at Twilio, or verify it there as a caller ID.
twilio-remedy-verify-number = Verify the number in Twilio's console (Phone Numbers, Verified caller IDs), or upgrade the trial account.
twilio-remedy-allow-country = Allow the country in Twilio's console (Voice, Settings, Geo permissions), and no more countries than are called.
twilio-remedy-add-balance = Add money to the account in Twilio's console (Billing).
twilio-remedy-ask-twilio = Look into Twilio's console for what is the matter with the account, and ask Twilio's support.
twilio-remedy-check-credentials = Compare TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_API_KEY and TWILIO_API_SECRET with Twilio's console.
twilio-remedy-check-token = Likely causes: the secret is not that of the key; the key was deleted, or is a restricted one; key, TwiML app and account are not of one account and region; the account is suspended. Compare TWILIO_ACCOUNT_SID, TWILIO_API_KEY, TWILIO_API_SECRET and TWILIO_TWIML_APP_SID with Twilio's console.
twilio-remedy-renew-token = Sign in again; if it comes back, set the server's clock.
twilio-remedy-check-app = Check TWILIO_TWIML_APP_SID, and that its voice URL in Twilio's console is this server's /api/calls/webhook/outbound.
twilio-remedy-check-webhook = Check that PUBLIC_BASE_URL reaches this server from the internet, with a valid certificate, and that it answers in time.
twilio-remedy-report-fault = This is a fault of the server: report it with the time and the call's SID.
twilio-remedy-slow-down = Wait a moment and try again; the server sends calls one after the other.
twilio-remedy-try-again = Try again in a moment.
twilio-remedy-try-later = Try again later.
twilio-remedy-nothing = Nothing needs to be done.
twilio-remedy-call-again = Call again.
twilio-remedy-check-network = Check the network and that the firewall lets TCP 443 out.
twilio-remedy-check-media = Check that the firewall lets UDP 10000 to 60000 out, try another edge, or set up a relay.
twilio-remedy-check-microphone = Allow the microphone for this program, or choose another one in the settings.
twilio-remedy-rename-user = Give the agent a user name of Latin letters, digits and '_'.

## What is wrong with the sound of a call

quality-warning-high-rtt = The sound takes long to arrive. Wait until the other side has finished.
quality-warning-high-jitter = Your network is uneven. Use a cable, or move nearer to the Wi-Fi.
quality-warning-high-packet-loss = Your network loses some of the sound. Close what else uses it.
quality-warning-high-packets-lost-fraction = Your network loses much of the sound. Use a cable, or another network.
quality-warning-low-mos = The sound is poor. If it stays, call again.
quality-warning-low-bytes-received = Nothing comes from the other side.
quality-warning-low-bytes-sent = Nothing reaches the other side.
quality-warning-constant-audio-input-level = Nothing is heard from your microphone. Is it switched off?
quality-warning-ice-connectivity-lost = The way through the network is lost. A new one is being looked for.

# What the pages say. The part of Fluent (https://projectfluent.org) that is understood here: see `words/ftl.rs`.

skip = Skip to content
optional = (optional)
cancel = Cancel
change = Change
save-button = Save
title-fault = Please check:
nav-label = Your account
hello = Hello,

# Signing in
sign-in-title = Sign in
sign-in-button = Sign in
sign-in-or = New here?
label-identifier = Email or user name
label-password = Password
label-remember =
    { $count ->
        [one] Keep me signed in on this device for a day
       *[other] Keep me signed in on this device for { $count } days
    }
note-signed-out = You have signed out. See you soon.
note-signed-out-everywhere = You have signed out on all your devices.

# Signing up
sign-up-title = Create an account
sign-up-button = Create account
sign-up-or = Already have an account?
label-display-name = Name
label-call-you = What should we call you?
hint-identifier = You will sign in with it. It does not have to be an email address.
label-new-password = New password
hint-new-password = At least { $least } characters. A few unrelated words are best; spaces and any language are fine.
hint-more = { $count } more to go
hint-enough = Long enough
label-repeat = New password, once more
suggest-label = Or take this one:
suggest-take = Use it
reveal-show = Show
reveal-hide = Hide

# By a link that works once
setup-title = Set up Doorward
setup-lead = You are the first one here. This account will administer the server.
setup-button = Create administrator
invite-title = You have been invited
invite-lead = Choose a password, and the account is yours.
reset-title = Choose a new password
reset-lead = Afterwards you will be signed out everywhere. Then sign in with the new one.
reset-button = Set password
note-reset = Your new password is set. Sign in with it.

# The account
account-title = Account
account-since = Here since
account-no-name = Not set
account-devices =
    { $count ->
        [one] Signed in on this device only
       *[other] Signed in on { $count } devices
    }
account-see-devices = See devices
name-title = Your name
hint-name = Shown to you, and to the applications you use. Leave it empty to have none.
note-name = Your name has been changed.
password-title = Change password
password-lead = Everywhere else you will be signed out.
password-button = Change password
label-current-password = Current password
note-password = Your password has been changed. On all other devices you have been signed out.

# Devices
devices-title = Devices
devices-lead = This is where you are signed in. If you do not recognise one, sign it out and change your password.
devices-this = This device
devices-active = Active now
devices-seen = Last seen
devices-begun = Signed in on
devices-client = through
devices-end = Sign out
devices-end-others = Sign out all other devices
device-on = { $browser } on { $system }
device-unknown = Unknown device
note-device-ended = That device has been signed out.
note-others-ended = All other devices have been signed out.

# Signing out
sign-out-title = Sign out
sign-out-question = Sign out?
sign-out-lead = Signing out here leaves your other devices as they are.
sign-out-here = Sign out on this device
sign-out-others = Sign out everywhere else
sign-out-all = Sign out everywhere

# Going on after five minutes
continue-title = Welcome back
continue-lead = One moment, we are taking you to where you wanted to go.
continue-button = Continue
continue-failed = That did not work. Try once more in a moment.
away-title = Nearly there
away-lead = Taking you to { $host }.

# Faults of fields
said-look-below = Please look at what is marked below.
said-stale = This page had been open for too long, so nothing was sent. Please try once more.
fault-too-short = That is too short. It needs at least { $least } characters.
fault-too-long = That is too long.
fault-character = One of the characters cannot be used in a password.
fault-common = That is among the first that anybody would guess. Please choose another one.
fault-repeats = That repeats itself, and is easy to guess. Please choose another one.
fault-sequence = That is a sequence, a row of keys or a date, and is easy to guess. Please choose another one.
fault-personal = That is made of your own name, and is easy to guess. Please choose another one.
fault-contextual = That is made of names that everybody here knows. Please choose another one.
fault-identifier = This cannot be used to sign in. Leave out spaces, brackets, commas, and characters that nobody sees.
fault-identifier-letters = This looks like another name: its letters are of different alphabets.
fault-display-name = This cannot be a name. It is empty, too long, or holds characters that nobody sees.
fault-other = This cannot be used.
fault-repeat = The two were not the same. Please type both again.
fault-current-password = That is not your current password.

# Problems
problem-invalid-credentials = That is not right. Check the name and the password, and try again.
problem-credentials-changed = Your password was changed or your account was switched off just now. Please sign in again.
problem-identifier-taken = Somebody has this one already. If it is you, sign in.
problem-sign-up-closed = Nobody can create an account here by themselves. Ask whoever runs this service.
problem-csrf-failed = That did not come from one of our pages, so nothing was done. Go back and try once more.
problem-two-sign-ins = This browser was signed in twice at once. Please sign in again.
problem-not-found = There is nothing at this address. It may have been mistyped.
problem-method = This address cannot be used like that.
problem-link-gone = This link was used already, is too old, or was never one of ours. Ask whoever sent it for a new one.
problem-https = This page is only there over a protected connection. Nothing was done; open it with https:// in front.
problem-address = This service is not reached at this address. Use the one you were given, or ask whoever runs it.
problem-busy = We cannot do that at this moment. Nothing is lost; try again { $wait }.
problem-too-many = Too many attempts have failed. Nothing is lost; try again { $wait }.
problem-ours = Something went wrong on our side. Try again; if it stays like that, tell whoever runs this service.
problem-yours = That could not be understood. Go back and try once more.
problem-title-not-found = Nothing here
problem-title-link-gone = This link does not work any more
problem-title-busy = One moment, please
problem-title-ours = That was our fault
problem-title-yours = That did not work
problem-home = To the start
problem-id = If you ask for help, say this number:

# Times
when-now = just now
when-minutes =
    { $count ->
        [one] a minute ago
       *[other] { $count } minutes ago
    }
when-hours =
    { $count ->
        [one] an hour ago
       *[other] { $count } hours ago
    }
when-days =
    { $count ->
        [one] yesterday
       *[other] { $count } days ago
    }
wait-seconds =
    { $count ->
        [one] in a second
       *[other] in { $count } seconds
    }
wait-minutes =
    { $count ->
        [one] in a minute
       *[other] in { $count } minutes
    }
date = { $day } { $month } { $year }
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December

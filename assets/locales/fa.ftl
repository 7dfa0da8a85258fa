## برنامه، نماد سینی و اعلان‌ها: پنجره و پوستهٔ Rust هر دو می‌خوانند.

app-name = موبایل کال
tray-show = نمایش موبایل کال
tray-quit = خروج
tray-tooltip = موبایل کال
tray-tooltip-missed =
    { $count ->
        [one] موبایل کال: یک تماس بی‌پاسخ
       *[other] موبایل کال: { $count } تماس بی‌پاسخ
    }
notify-incoming = تماس ورودی
notify-missed = تماس بی‌پاسخ
notify-answer = پاسخ
notify-still-running = موبایل کال همچنان کار می‌کند
notify-still-running-tray = تماس‌ها همچنان به شما می‌رسند. برای خروج، «خروج» را در سینی سیستم یا تنظیمات انتخاب کنید.
notify-still-running-no-tray = تماس‌ها همچنان به شما می‌رسند. برای دیدن پنجره دوباره آن را اجرا کنید؛ خروج در تنظیمات آن است.
notify-decline = رد تماس

## زبانه‌ها و نوار وضعیت

tab-keypad = شماره‌گیر
tab-history = تماس‌ها
tab-team = همکاران
tab-settings = تنظیمات
tabs-label = بخش‌ها
tab-missed-count =
    { $count ->
        [one] یک تماس بی‌پاسخ
       *[other] { $count } تماس بی‌پاسخ
    }
status-label = وضعیت اتصال
status-ready = آماده
status-ready-detail = می‌توانید تماس بگیرید و پاسخ دهید
status-no-microphone = میکروفون نیست
status-no-speaker = بلندگو نیست
status-no-sound = نه میکروفون، نه بلندگو
status-microphone-fails = میکروفون کار نمی‌کند
status-speaker-fails = بلندگو کار نمی‌کند
status-no-sound-detail = تماس ممکن است، اما صدای آن کامل نیست. هدستی وصل کنید یا تنظیمات صدا را ببینید.
status-connecting = در حال اتصال…
status-connecting-again = در حال اتصال، تلاش { $attempt }
status-off = متصل نیست
status-off-detail = تا وصل نشوید تماسی به شما نمی‌رسد
status-failed = اتصال برقرار نشد
status-server-down = سرور پاسخ نمی‌دهد
status-server-embedded = همین رایانه
status-server-embedded-port = همین رایانه، درگاه { $port }
status-extension = داخلی { $extension }
status-connect = اتصال
status-disconnect = قطع اتصال
lines-label = خط‌ها
lines-standing = وضعیت خط‌های شما
line-kind-direct = همکاران
line-kind-twilio = شبکهٔ تلفن
line-kind-sip = مرکز تلفن

## کادر تماس

dial-label = نام یا شماره
dial-placeholder = نام یا شماره
dial-call = تماس
dial-via-phone = اول به تلفن خودم زنگ بزن
dial-clear = پاک کردن
dial-will-call = تماس با { $address }
dial-will-call-name = تماس با { $name }
dial-cannot-call = اکنون نمی‌توان با { $address } تماس گرفت
dial-kind-phone = شمارهٔ تلفن
dial-kind-extension = داخلی
dial-kind-service = سرویس
dial-kind-client = همکار
dial-kind-sip = نشانی SIP
dial-post-dial = { $digits } بخشی از شماره نیست. پس از پاسخ آن را بفرستید.
dial-note-unknownRange = چنین شماره‌ای اینجا شناخته نیست. اگر تماس برقرار نشد آن را بررسی کنید.
dial-note-letters = حروف با رقم کلیدی که روی آن هستند گرفته می‌شوند
dial-over = از راه { $line }
dial-line = از راه
dial-line-down = { $line } – { $standing }
dial-choices = با چه کسی تماس می‌گیرید؟
dial-hint = نام، داخلی یا شماره را بنویسید
dial-hint-echo = برای شنیدن صدای خود { $code } را بگیرید
dial-another = تماس با فردی دیگر
service-echo = آزمون پژواک
keypad-label = صفحهٔ شماره‌گیری

## تماس

call-label = تماس با { $who }
calls-label = تماس‌ها
call-state-dialing = در حال شماره‌گیری…
call-state-alerting = در حال زنگ خوردن…
call-state-offered = تماس ورودی
call-state-connecting = در حال برقراری…
call-state-active = در حال گفتگو
call-state-held = در انتظار
call-state-reconnecting = اتصال قطع شد، در حال بازیابی…
call-state-ending = در حال پایان…
call-state-ended = تماس پایان یافت
call-timer = مدت گفتگو
call-mute = بی‌صدا
call-unmute = باصدا
call-hold = انتظار
call-resume = ادامه
call-digits = ارقام
call-digits-sent = ارقام فرستاده‌شده
call-send-post-dial = فرستادن { $digits }
call-digit-received = رقم { $digit } رسید
call-hangup = پایان
call-cancel = لغو
call-answer = پاسخ
call-decline = رد تماس
call-decline-again = برای رد تماس دوباره Esc را بزنید
call-back = تماس مجدد
call-again = تماس دوباره
call-show = نمایش تماس
call-close = بستن
call-unknown = تماس‌گیرندهٔ ناشناس
call-incoming-from = تماس ورودی از { $who }
call-other = تماس‌های دیگر

## کیفیت تماس

quality-label = کیفیت تماس
quality-excellent = صدای عالی
quality-veryGood = صدای خیلی خوب
quality-good = صدای خوب
quality-fair = صدای متوسط
quality-poor = صدای ضعیف
quality-measuring = در حال سنجش صدا…
quality-why-loss = شبکهٔ شما { $percent } صدا را از دست می‌دهد
quality-why-delay = صدا با { $ms } میلی‌ثانیه تأخیر می‌رسد
quality-why-jitter = شبکهٔ شما ناپایدار است: { $ms } میلی‌ثانیه
quality-details = جزئیات کیفیت تماس
quality-rtt = زمان رفت‌وبرگشت
quality-jitter = نوسان
quality-loss = افت
quality-mos = امتیاز (MOS)
quality-packets = بسته‌های دریافتی / ارسالی
quality-packets-both = { $received } / { $sent }
quality-ms = { $ms } م‌ث
quality-none = –

## چرا تماس پایان یافت

end-localHangup = شما تماس را پایان دادید
end-remoteHangup = طرف مقابل تماس را پایان داد
end-localCancel = شما از تماس منصرف شدید
end-remoteCancel = تماس‌گیرنده منصرف شد
end-busy = خط مشغول است. کمی بعد دوباره تماس بگیرید.
end-declined = تماس رد شد
end-localDecline = شما تماس را رد کردید
end-noAnswer = کسی پاسخ نداد
end-answeredElsewhere = روی دستگاه دیگر شما پاسخ داده شد
end-unknownDestination = چنین شماره‌ای وجود ندارد. رقم‌ها را بررسی کنید.
end-offline = اکنون در هیچ دستگاهی حاضر نیست. بعداً تماس بگیرید.
end-otherServer = از سرور دیگری حاضر است. از مدیر سامانه بپرسید: همه باید از یک سرور استفاده کنند.
end-notAllowed = اجازهٔ تماس با این مقصد را ندارید. از مدیر سامانه بپرسید.
end-incompatible = دو طرف قالب صدای مشترکی ندارند. هر دو برنامه را به‌روز کنید.
end-mediaLost = صدا قطع شد و برنگشت. شبکه را بررسی کنید و دوباره تماس بگیرید.
end-signalingLost = ارتباط با سرور قطع شد. شبکه را بررسی کنید و دوباره تماس بگیرید.
end-interrupted = برنامه یا سرور هنگام تماس بسته شد
end-failed = تماس برقرار نشد. دوباره تلاش کنید.

## تماس از راه تلفن کارشناس

phone-call-label = تماس با { $who } از راه تلفن شما
phone-call-forget = پنهان کردن، تماس ادامه دارد
phone-call-ended = تماس تمام شد: { $how }
phone-call-talked = گفتگو کردید
phone-call-code = (Twilio { $code })
phone-call-stage-asked = در حال درخواست از سرور…
phone-call-stage-ringsHere = تلفن شما زنگ می‌زند: بردارید.
phone-call-stage-answeredHere = پاسخ دادید. طرف مقابل گرفته می‌شود…
phone-call-stage-ringsThere = طرف مقابل زنگ می‌خورد…
phone-call-stage-talking = گفتگو با تلفن شما

## تماس‌ها (تاریخچه)

missed-news =
    { $count ->
        [one] تماس بی‌پاسخ
       *[other] { $count } تماس بی‌پاسخ
    }
missed-news-last =
    { $count ->
        [one] از { $who }
       *[other] آخرین: { $who }
    }
history-search = جستجوی نام یا شماره
history-search-clear = پاک کردن جستجو
history-filter = نمایش
history-filter-all = همه
history-filter-missed = بی‌پاسخ
history-filter-incoming = ورودی
history-filter-outgoing = خروجی
history-today = امروز
history-yesterday = دیروز
history-empty = هنوز تماسی نیست
history-empty-hint = تماس‌های ورودی و خروجی شما اینجا دیده می‌شوند.
history-none-missed = تماس بی‌پاسخی نیست
history-none-missed-hint = به همهٔ تماس‌ها پاسخ داده‌اید.
history-none-found = چیزی پیدا نشد
history-none-found-hint = نام دیگر یا رقم‌های کمتری را امتحان کنید.
history-loading = در حال بارگذاری تماس‌ها…
history-more = نمایش بیشتر
history-failed = تماس‌ها بارگذاری نشد.
history-call-back = تماس با { $who }
history-not-synced = فعلاً فقط روی همین رایانه است
history-offline = آفلاین. آنچه می‌بینید روی همین رایانه است.
history-offline-pending =
    { $count ->
        [one] آفلاین. یک تغییر در انتظار سرور است.
       *[other] آفلاین. { $count } تغییر در انتظار سرور است.
    }
history-syncing-count =
    { $count ->
        [one] در حال دریافت تماس‌ها از سرور: تاکنون یک تماس
       *[other] در حال دریافت تماس‌ها از سرور: تاکنون { $count } تماس
    }
history-sync-now = همگام‌سازی
disposition-answered-incoming = ورودی
disposition-answered-outgoing = خروجی
disposition-missed = بی‌پاسخ
disposition-unanswered = پاسخ داده نشد
disposition-declined-incoming = رد شده
disposition-declined-outgoing = مشغول یا رد شده
disposition-failed = ناموفق
disposition-ongoing = اکنون
recording-label = فایل ضبط‌شده
recording-listen = پخش مکالمهٔ ضبط‌شده با { $who }
recording-close = بستن مکالمهٔ ضبط‌شده با { $who }
recording-play = پخش
recording-pause = مکث
recording-position = جای پخش
recording-time = { $at } از { $length }
recording-speed = سرعت
recording-speed-times = { $speed }×
recording-save = ذخیره در پوشهٔ بارگیری‌ها
recording-saved = در { $folder } با نام { $name } ذخیره شد
recording-loading = در حال دریافت مکالمهٔ ضبط‌شده…
recording-loading-percent = در حال دریافت مکالمهٔ ضبط‌شده… { $percent }

## همکاران

team-label = همکاران
team-empty = هنوز همکاری نیست
team-empty-hint = همکاران شرکت پس از ساخت حساب اینجا دیده می‌شوند.
team-search = جستجوی همکاران
team-you = شما
team-call = تماس با { $name }
presence-available = در دسترس
presence-busy = در حال گفتگو
presence-offline = آفلاین

## تنظیمات

settings-account = حساب کاربری
settings-sign-out = خروج از حساب
settings-signed-out = کسی وارد نشده است
settings-session-not-kept = دسته‌کلید سیستم در دسترس نیست؛ ورود شما فقط تا بستن برنامه می‌ماند.
settings-server = سرور
settings-server-embedded = روی همین رایانه
settings-server-embedded-hint = همراه برنامه اجرا می‌شود و تنظیمی نمی‌خواهد
settings-server-remote = سرور شرکت
settings-server-remote-hint = یک سرور مشترک برای همهٔ همکاران
settings-server-url = نشانی سرور
settings-server-in-use = نشانی در حال استفاده
settings-server-port = این سرور روی درگاه { $port } است، چون هنگام شروع برنامه درگاه { $wanted } را برنامهٔ دیگری گرفته بود.
settings-server-reachable = پاسخ می‌دهد
settings-server-unreachable = پاسخ نمی‌دهد
settings-phone = تلفن شما
settings-phone-number = شمارهٔ آن
settings-phone-hint = اگر برای تماسی بخواهید، اول به آن زنگ زده می‌شود و با آن گفتگو می‌کنید. چنین تماسی دو تماس تلفنی حساب می‌شود.
twilio-title = تماس با شبکهٔ تلفن (Twilio)
twilio-loading = در حال پرسش از سرور…
twilio-source-company = تماس با شماره‌های تلفن از این حساب می‌گذرد.
twilio-source-server = تماس‌ها از حساب سرور می‌گذرد. برای استفاده از حسابی دیگر آن را اینجا وارد کنید.
twilio-source-none = راه‌اندازی نشده است. با حسابی در Twilio می‌توان با شماره‌های تلفن تماس گرفت.
twilio-field-accountSid = شناسهٔ حساب (Account SID)
twilio-field-authToken = رمز حساب (Auth Token)
twilio-field-apiKey = کلید API
twilio-field-apiSecret = رمز کلید API
twilio-field-twimlAppSid = برنامهٔ TwiML
twilio-field-phoneNumber = شمارهٔ تلفن
twilio-field-publicBaseUrl = نشانی عمومی سرور
twilio-hint-accountSid = در صفحهٔ اول کنسول Twilio.
twilio-hint-authToken = زیر شناسهٔ حساب.
twilio-hint-apiKey = در Account، بخش API keys & tokens: کلیدی از نوع Standard بسازید.
twilio-hint-apiSecret = فقط یک بار، هنگام ساختن کلید، دیده می‌شود.
twilio-hint-twimlAppSid = در Voice، بخش TwiML apps.
twilio-hint-phoneNumber = شماره‌ای که از Twilio خریده‌اید. طرف تماس آن را می‌بیند.
twilio-hint-publicBaseUrl = Twilio اینجا می‌پرسد با تماس چه کند.
twilio-shape-accountSid = با AC آغاز می‌شود و ۳۲ حرف و رقم در پی دارد.
twilio-shape-authToken = از ۳۲ حرف و رقم است.
twilio-shape-apiKey = با SK آغاز می‌شود و ۳۲ حرف و رقم در پی دارد.
twilio-shape-apiSecret = از ۳۲ حرف و رقم است.
twilio-shape-twimlAppSid = با AP آغاز می‌شود و ۳۲ حرف و رقم در پی دارد.
twilio-shape-phoneNumber = با + و کد کشور بنویسید، مانند ‎+966112345678.
twilio-shape-publicBaseUrl = مانند https://calls.example.com بنویسید.
twilio-missing = این مقدار لازم است.
twilio-secret-set = ثبت شده است. برای نگه‌داشتن آن خالی بگذارید.
twilio-secret-ends = ثبت شده و به { $end } ختم می‌شود. برای نگه‌داشتن آن خالی بگذارید.
twilio-reach-embedded = Twilio باید از اینترنت به این رایانه برسد: با نشانی عمومی یا از راه تونل. نشانی https آن را بالا وارد کنید. آنجا فقط به آنچه Twilio امضا کرده پاسخ داده می‌شود.
twilio-reach-tunnel = تونل را برسانید به
twilio-reach-server = Twilio باید با https و گواهی معتبر به نشانی عمومی سرور برسد.
twilio-saved = ذخیره شد.
twilio-remove = فراموش کردن این حساب
twilio-remove-again = همین حالا فراموش شود
settings-apply = اعمال
settings-auto-connect = اتصال خودکار
settings-auto-connect-hint = با باز شدن برنامه خودش وصل می‌شود
settings-lines-company = به ترتیب شرکت
settings-lines-company-order = ترتیب شرکت: { $order }
settings-lines-company-none = شرکت ترتیبی تعیین نکرده است
settings-lines-then = { $first }، سپس { $second }
settings-line-standing = { $kind }: { $standing }
settings-line-off = { $kind }: خاموش
settings-line-add = افزودن خط
settings-line-change = تغییر «{ $line }»
settings-line-earlier = «{ $line }» زودتر امتحان شود
settings-line-later = «{ $line }» دیرتر امتحان شود
settings-line-kind = نوع خط
settings-line-name = نام
settings-line-server = نشانی سرور
settings-line-save = ذخیره
settings-line-cancel = انصراف
settings-line-remove = حذف این خط
settings-line-remove-again = برای حذف دوباره بزنید
settings-notifications = اعلان‌های دسکتاپ
settings-notifications-hint = برای تماس‌های ورودی و بی‌پاسخ
settings-appearance = ظاهر
settings-language = زبان
settings-theme = رنگ‌ها
settings-theme-system = سیستم
settings-theme-light = روشن
settings-theme-dark = تیره
settings-sound = صدا
settings-microphone = میکروفون
settings-speaker = بلندگو
settings-ring-device = زنگ روی
settings-device-system = پیش‌فرض سیستم
settings-device-system-name = { $device } (پیش‌فرض)
settings-device-speaker = همان بلندگو
settings-device-gone = وصل نیست
settings-level = سطح میکروفون
settings-level-start = آزمایش
settings-level-stop = توقف
settings-level-hint = صحبت کنید: نوار باید حرکت کند
settings-test-tone = پخش صدای آزمایشی
settings-echo = حذف پژواک
settings-noise = کاهش نویز
settings-gain = تنظیم خودکار بلندی صدا
settings-keys-show = نمایش فهرست کلیدها
settings-quit = خروج از موبایل کال
settings-not-saved = ذخیره نشد.

## ورود

sign-in-title = ورود
sign-in-hint = با حساب شرکت خود وارد شوید
sign-in-username = نام کاربری
sign-in-password = گذرواژه
sign-in-submit = ورود
sign-in-busy = در حال ورود…
sign-in-server = سرور
sign-in-change-server = تغییر
sign-in-password-show = نمایش گذرواژه
sign-in-password-hide = پنهان کردن گذرواژه
connect-hint = برای تماس گرفتن و پاسخ دادن وصل شوید.
connect-button = اتصال
connect-busy = در حال شروع…

## The server's web pages

web-calls = تماس‌های اخیر
web-refresh = بارگیری دوباره
web-server-works = سرور کار می‌کند، نسخهٔ { $version }
web-server-fails = سرور کار نمی‌کند
web-server-asking = در حال پرسیدن از سرور…
web-server-unreachable = سرور پاسخ نمی‌دهد. شبکه را بررسی کنید و دوباره تلاش کنید.
web-refused = سرور نپذیرفت. از مدیر سامانه بپرسید که اجازهٔ این کار را دارید یا نه.

## کلیدها

keys-title = کلیدهای میان‌بر
keys-answer = پاسخ
keys-decline = رد تماس
keys-hangup = پایان تماس
keys-mute = بی‌صدا یا باصدا
keys-push-mute = بی‌صدا هنگام نگه داشتن
keys-hold = انتظار یا ادامه
keys-redial = تماس دوباره با آخرین شماره
keys-search = جستجو در تماس‌ها
keys-next = تماس بعدی
keys-call = بازگشت به تماس
keys-quit = خروج از برنامه
keys-list = همین فهرست
keys-or = یا
keys-note = کلیدهای تکی وقتی کار می‌کنند که در کادری نمی‌نویسید.
key-enter = Enter
key-esc = Esc
key-ctrl = Ctrl
key-tab = Tab
key-space = فاصله

## مشکل‌ها: چه شد و چه باید کرد

quit-title = خروج از برنامه و پایان تماس؟
quit-hint = تماسی در جریان است و با بسته شدن موبایل کال پایان می‌یابد.
quit-confirm = خروج و پایان تماس
quit-cancel = ادامهٔ تماس
problem-close = بستن این پیام
problems-label = پیام‌ها
problem-times =
    { $count ->
        [one] یک بار
       *[other] { $count } بار
    }
problems-waiting =
    { $count ->
        [one] یک پیام دیگر
       *[other] { $count } پیام دیگر
    }
action-connect = اتصال
action-history = باز کردن تماس‌ها
action-retry = تلاش دوباره
action-settings = باز کردن تنظیمات
action-sign-in = ورود
start-title = موبایل کال باز نشد
start-loading = در حال شروع…

error-serverUnreachable = سرور { $url } پاسخ نمی‌دهد. شبکه یا نشانی آن را در تنظیمات بررسی کنید.
error-certificateNotTrusted = گواهی { $url } معتبر نیست. نشانی را بررسی کنید یا گواهی شرکت را از مدیر سامانه بگیرید.
error-notAMobileCallServer = آنچه در نشانی سرور پاسخ می‌دهد سرور موبایل کال نیست. اگر شبکه ورود می‌خواهد نخست وارد آن شوید، یا نشانی را در تنظیمات بررسی کنید.
error-serverBusy = سرور اکنون نمی‌تواند این کار را انجام دهد. یک دقیقهٔ دیگر دوباره تلاش کنید.
error-serverRefused = سرور نپذیرفت. از مدیر سامانه بپرسید که اجازه دارید یا نه، یا برنامه را به‌روز کنید.
error-badServerUrl = «{ $url }» نشانی سرور نیست. آن را به شکل https://calls.example.com بنویسید.
error-wrongCredentials = نام کاربری یا گذرواژه نادرست است. هر دو را بررسی و دوباره تلاش کنید.
error-tooManyTries = تلاش‌ها زیاد بود. { $seconds } ثانیه صبر کنید و دوباره تلاش کنید.
error-sessionExpired = نشست شما پایان یافته است. دوباره وارد شوید.
error-notSignedIn = وارد نشده‌اید. نخست وارد شوید.
error-lineNotReady =
    { $line ->
        [direct] هنوز وصل نیستید. تا وضعیت «آماده» صبر کنید یا اتصال را بزنید.
       *[other] این خط هنوز آماده نیست. صبر کنید یا خط دیگری انتخاب کنید.
    }
error-noSuchLine = این خط دیگر وجود ندارد. خط دیگری انتخاب کنید.
error-lineUnavailable = این نوع خط در این نسخهٔ برنامه در دسترس نیست.
error-lineCannot = این خط نمی‌تواند این کار را بکند.
error-calledWhileTalking = { $who } هنگام گفتگوی شما تماس گرفت. آن را در «تماس‌ها» می‌بینید.
error-transferFailed = تماس منتقل نشد و همین‌جا ادامه دارد.
error-nothingToDial = نخست شماره، داخلی یا نامی بنویسید.
error-malformedNumber = این شمارهٔ تلفن معتبر نیست. رقم‌ها را بررسی کنید یا شماره را با کد کشور بنویسید.
error-numberTooShort = رقم‌های بیشتری لازم است: داخلی همکار یا شماره را با کد شهر یا کشور کامل بنویسید.
error-numberTooLong = این شماره رقم اضافه دارد. رقم‌های اضافه را پاک کنید.
error-unknownCountryCode = هیچ کشوری کدی که این شماره با آن آغاز می‌شود ندارد. رقم‌های نخست را بررسی کنید.
error-ambiguousNumber = این را می‌توان به دو شمارهٔ گوناگون خواند. شمارهٔ درست را با کد کشور بنویسید.
error-shortNumberAbroad = شماره‌های کوتاه کشور دیگر را فقط از همان‌جا می‌توان گرفت. شمارهٔ کامل را بنویسید.
error-badCharacter = «{ $character }» در جای { $place } را نمی‌توان شماره‌گیری کرد. آن را پاک کنید و دوباره تلاش کنید.
error-tooLongToDial = برای شماره‌گیری بیش از اندازه بلند است. چند رقم را پاک کنید.
error-malformedSip = این نشانی SIP نیست. آن را به شکل sip:name@host بنویسید.
error-unknownExtension = کسی این داخلی یا نام را ندارد. فهرست همکاران را ببینید.
error-unknownService = هیچ سرویسی این کد را ندارد. برای شنیدن صدای خود ‎*43‎ را بگیرید.
error-ownExtension = این شمارهٔ داخلی خود شماست. با کس دیگری تماس بگیرید، یا برای شنیدن صدای خود ‎*43‎ را بگیرید.
error-unsupportedAddress =
    { $advice ->
        [chooseLine]
            { $kind ->
                [phone] روی این خط با شمارهٔ تلفن نمی‌توان تماس گرفت. خط دیگری انتخاب کنید.
               *[sip] روی این خط با نشانی SIP نمی‌توان تماس گرفت. خط دیگری انتخاب کنید.
            }
        [askAdministrator] شمارهٔ تلفن نخست خطی به شبکهٔ تلفن می‌خواهد. مدیر سامانه می‌تواند آن را راه بیندازد.
        [addLine] شمارهٔ تلفن نخست خطی به شبکهٔ تلفن می‌خواهد. آن را در تنظیمات بیفزایید؛ مشخصاتش را از مدیر سامانه بگیرید.
        [signIn] سرور این رایانه فقط همکاران را به هم وصل می‌کند. برای تماس با شمارهٔ تلفن به سرور شرکت خود وارد شوید.
        [addLineOrSignIn] سرور این رایانه فقط همکاران را به هم وصل می‌کند. به سرور شرکت خود وارد شوید، یا خطی در تنظیمات بیفزایید.
       *[callElse]
            { $line ->
                [direct] اینجا فقط با همکاران می‌توان تماس گرفت، نه با نشانی SIP. داخلی یا نام بنویسید.
                [none] هیچ‌یک از خط‌های شما با نشانی SIP تماس نمی‌گیرد. شماره، داخلی یا نام بنویسید.
               *[other] روی این خط با نشانی SIP نمی‌توان تماس گرفت. شماره، داخلی یا نام بنویسید.
            }
    }
error-noSuchCall = این تماس پایان یافته است.
error-notNow = در این مرحله از تماس ممکن نیست.
error-badDigit = فقط ۰ تا ۹ و * و # و A تا D را می‌توان فرستاد، با ویرگول یا w برای مکث.
error-noMicrophone = میکروفونی پیدا نشد و دیگران صدای شما را نمی‌شنوند. میکروفونی وصل کنید یا در تنظیمات انتخاب کنید.
error-noSpeaker = بلندگویی پیدا نشد و صدای دیگران را نمی‌شنوید. بلندگویی وصل کنید یا در تنظیمات انتخاب کنید.
error-deviceLost =
    { $role ->
        [microphone] میکروفون «{ $device }» جدا شد. اگر میکروفون دیگری باشد به کار می‌رود.
       *[speaker] بلندگوی «{ $device }» جدا شد. اگر بلندگوی دیگری باشد به کار می‌رود.
    }
error-deviceInUse =
    { $role ->
        [microphone] میکروفون اکنون «{ $device }» است.
       *[speaker] بلندگو اکنون «{ $device }» است.
    }
error-deviceFound =
    { $role ->
        [microphone] میکروفون «{ $device }» وصل شد. برای استفاده، آن را در تنظیمات انتخاب کنید.
       *[speaker] بلندگوی «{ $device }» وصل شد. برای استفاده، آن را در تنظیمات انتخاب کنید.
    }
error-deviceMissing =
    { $role ->
        [microphone] میکروفونی که انتخاب کرده‌اید وصل نیست. به جای آن «{ $device }» به کار می‌رود.
       *[speaker] بلندگویی که انتخاب کرده‌اید وصل نیست. به جای آن «{ $device }» به کار می‌رود.
    }
error-audioFailed =
    { $cause ->
        [busy]
            { $role ->
                [microphone] برنامهٔ دیگری میکروفون را به کار گرفته است. آن را ببندید یا در تنظیمات میکروفون دیگری انتخاب کنید.
               *[speaker] برنامهٔ دیگری بلندگو را به کار گرفته است. آن را ببندید یا در تنظیمات بلندگوی دیگری انتخاب کنید.
            }
        [notPermitted]
            { $role ->
                [microphone] سیستم اجازهٔ استفاده از میکروفون را به این برنامه نمی‌دهد. در تنظیمات حریم خصوصی سیستم اجازه دهید.
               *[speaker] سیستم اجازهٔ استفاده از بلندگو را به این برنامه نمی‌دهد. در تنظیمات حریم خصوصی سیستم اجازه دهید.
            }
       *[other]
            { $role ->
                [microphone] میکروفون باز نشد. آن را دوباره وصل کنید یا در تنظیمات میکروفون دیگری انتخاب کنید.
               *[speaker] بلندگو باز نشد. آن را دوباره وصل کنید یا در تنظیمات بلندگوی دیگری انتخاب کنید.
            }
    }
error-noAudioReceived = ۳ ثانیه است صدایی از طرف مقابل نمی‌رسد. شاید میکروفون او خاموش باشد یا دیوار آتش جلوی صدا را گرفته باشد.
error-mediaBlocked =
    { $relay ->
        [notConfigured] راهی برای صدا پیدا نشد: این شبکه صفحه‌های وب را می‌گذراند ولی تماس را نه (UDP). شبکهٔ دیگری را امتحان کنید یا از مدیر بخواهید یک رله (TURN) راه بیندازد.
        [wrongCredentials] راهی برای صدا پیدا نشد: این شبکه جلوی آن را می‌گیرد و رله (TURN) نام کاربری یا گذرواژه را نمی‌پذیرد. به مدیر بگویید.
        [untrusted] راهی برای صدا پیدا نشد: این شبکه جلوی آن را می‌گیرد و گواهی رله (TURN) مورد اعتماد نیست. به مدیر بگویید.
        [refused] راهی برای صدا پیدا نشد: این شبکه جلوی آن را می‌گیرد و رله (TURN) جا ندارد. یک دقیقهٔ دیگر دوباره امتحان کنید و به مدیر بگویید.
        [ready] راهی برای صدا پیدا نشد: رله (TURN) پاسخ می‌دهد ولی به طرف مقابل نمی‌رسد. به مدیر بگویید.
       *[unreachable] راهی برای صدا پیدا نشد: این شبکه جلوی آن را می‌گیرد و به رله (TURN) هم نمی‌توان رسید. شبکهٔ دیگری را امتحان کنید یا به مدیر بگویید.
    }
error-databaseUnreadable = پروندهٔ { $path } خوانده نمی‌شود. آن را از نسخهٔ پشتیبان برگردانید، یا جابه‌جا کنید تا از نو شروع شود.
error-databaseNotWritable =
    { $access ->
        [write] نوشتن در پروندهٔ { $path } ممکن نیست. به کاربر خود اجازهٔ نوشتن در آن و در پوشه‌اش بدهید و دیسک را بررسی کنید.
       *[all] خواندن پروندهٔ { $path } یا نوشتن در آن ممکن نیست. به کاربر خود اجازهٔ خواندن و نوشتن در آن و در پوشه‌اش بدهید و دیسک را بررسی کنید.
    }
error-historyDamaged = فهرست تماس‌های این رایانه آسیب دیده بود. دوباره از سرور گرفته می‌شود و تماس‌ها ادامه دارند. پروندهٔ آسیب‌دیده با نام { $path } نگه داشته شده است.
problem-entries-lost = مواردی که منتقل نشد: { $lost }.
error-historyNotWritten = نوشتن در فهرست تماس‌های این رایانه ممکن نیست. تماس‌ها ادامه دارند و هر وقت ممکن شود نوشته می‌شوند: بررسی کنید که دیسک سالم است و این کاربر اجازهٔ نوشتن دارد.
error-diskFull = دیسک پر است: کمی فضا آزاد کنید. تماس‌ها هر وقت جا باز شود در فهرست تماس‌ها نوشته می‌شوند.
error-databaseTooNew = پروندهٔ { $path } را نسخهٔ تازه‌تری نوشته است. تازه‌ترین نسخهٔ موبایل کال را نصب کنید.
error-keyringUnavailable = دسته‌کلید سیستم در دسترس نیست. ورود شما فقط تا بستن برنامه می‌ماند.
error-keyringUnreadable = نشست شما از دسته‌کلید سیستم خوانده نشد. قفل دسته‌کلید را باز کنید و اتصال را بزنید، یا دوباره وارد شوید.
error-keyringKeepsSecret = آنچه دیگر لازم نیست از دسته‌کلید سیستم پاک نشد. برنامه آن را پس از باز شدن قفل دسته‌کلید پاک می‌کند.
error-embeddedServerFailed = سرور روی این رایانه اجرا نشد: { $detail }. برنامه را دوباره باز کنید.
error-badSetting = تنظیم «{ $setting }» این مقدار را نمی‌پذیرد. چیزی تغییر نکرد.
error-settingsUnreadable = بخشی از تنظیمات این رایانه خوانده نشد ({ $setting }) و مقدارهای معمول به کار رفت: آن‌ها را بررسی کنید.
error-lineSetAside = این خط‌های تنظیمات قابل استفاده نیستند و کنار گذاشته شدند: { $line }. آن‌ها را درست کنید یا برنامه را به‌روز کنید.
error-recordingNotReady = ضبط هنوز کامل نشده است. کمی بعد دوباره امتحان کنید.
error-recordingDeleted = مکالمهٔ ضبط‌شده حذف شده و دیگر شنیدنی نیست.
error-recordingNotAllowed = از این تماس مکالمهٔ ضبط‌شده‌ای نیست که اجازهٔ شنیدنش را داشته باشید. از مدیر خود بپرسید.
error-recordingNotPlayable = این مکالمهٔ ضبط‌شده اینجا پخش نمی‌شود. آن را ذخیره و با برنامهٔ دیگری باز کنید.
error-recordingNotSaved = مکالمهٔ ضبط‌شده در { $folder } ذخیره نشد. بررسی کنید که اجازهٔ نوشتن دارید و دیسک جا دارد.
error-noAgentPhone = اول شمارهٔ تلفن خود را در تنظیمات وارد کنید.
error-notByPhone = از راه تلفن شما فقط با شمارهٔ تلفن می‌توان تماس گرفت.
error-phoneCallRefused =
    { $reason ->
        [company] شرکت شما این تماس را اجازه نمی‌دهد، بنا بر قاعده‌هایش برای شماره‌ها، ساعت‌ها یا تعداد تماس‌ها.
        [notSetUp] تماس از راه تلفن شما در سرور راه‌اندازی نشده است. از مدیر خود بپرسید.
        [number] با یکی از دو شماره نمی‌توان تماس گرفت. آن‌ها را با کد کشور بررسی کنید.
        [caller] شمارهٔ شرکت را نمی‌توان به طرف تماس نشان داد. مدیر شما باید آن را در Twilio تأیید کند.
        [trial] حساب آزمایشی Twilio فقط با شماره‌های تأییدشده در آنجا تماس می‌گیرد. شماره را تأیید کنید یا حساب را ارتقا دهید.
        [country] حساب Twilio اجازهٔ تماس با این کشور را ندارد. مدیر شما می‌تواند آن را در Geo permissions مجاز کند.
        [balance] حساب Twilio فعال نیست، بیشتر برای نبود اعتبار. مدیر شما باید آن را شارژ کند.
        [account] Twilio حساب یا شماره را مسدود کرده است. مدیر شما باید از پشتیبانی Twilio بپرسد.
        [credentials] Twilio مشخصات سرور را نمی‌پذیرد. مدیر شما باید آن‌ها را بررسی کند.
        [webhook] Twilio به سرور نمی‌رسد. مدیر شما باید نشانی عمومی آن را بررسی کند.
        [busy] تماس‌های زیادی در Twilio در انتظارند یا Twilio مشکل دارد. کمی بعد دوباره امتحان کنید.
       *[other] Twilio تماس را نپذیرفت. از مدیر خود بخواهید کنسول Twilio را ببیند.
    }
error-badTwilioAccount = بعضی مقدارها نیست یا نمی‌تواند درست باشد: زیر هر کدام را ببینید.
error-internal = خطایی درون برنامه رخ داد: { $detail }. دوباره تلاش کنید؛ اگر ماند، برنامه را دوباره باز کنید.

## معنی کدهای خطای Twilio و چارهٔ آن‌ها

error-twilio = ‏Twilio خطای { $code } را گزارش داد که این نسخه نمی‌شناسد. آن را در twilio.com/docs/api/errors/{ $code } ببینید.
twilio-code = { $cause } { $remedy } (Twilio { $code })
twilio-error-10001 = حساب Twilio فعال نیست، بیشتر وقت‌ها چون موجودی آن تمام شده است.
twilio-error-10002 = حساب آزمایشی نمی‌تواند این کار را بکند.
twilio-error-10004 = حساب همان اندازه تماس هم‌زمان دارد که Twilio به آن اجازه می‌دهد.
twilio-error-11200 = ‏Twilio نتوانست از این سرور بپرسد با تماس چه کند.
twilio-error-11205 = ‏Twilio نتوانست به این سرور وصل شود.
twilio-error-11206 = پاسخ این سرور به Twilio‏ HTTP درست نبود.
twilio-error-11210 = ‏Twilio نام این سرور در PUBLIC_BASE_URL را نمی‌شناسد.
twilio-error-11217 = این سرور یا پروکسی جلوی آن با خطا به Twilio پاسخ داد.
twilio-error-11220 = اتصال امن از Twilio به این سرور برقرار نشد.
twilio-error-11235 = گواهی این سرور برای نامی جز نام در PUBLIC_BASE_URL است.
twilio-error-11236 = گواهی این سرور منقضی شده است.
twilio-error-11237 = ‏Twilio به گواهی این سرور اعتماد ندارد.
twilio-error-11750 = TwiML این سرور بیش از اندازه بلند است.
twilio-error-12100 = TwiML این سرور خوانده نمی‌شود.
twilio-error-12200 = در TwiML این سرور چیزی هست که Twilio نمی‌شناسد.
twilio-error-12300 = این سرور با نوع محتوای نادرست به Twilio پاسخ داد.
twilio-error-13214 = این حساب اجازه ندارد این شماره را نشان دهد.
twilio-error-13223 = شمارهٔ گرفته‌شده شمارهٔ تلفن درستی نیست.
twilio-error-13224 = ‏Twilio نمی‌تواند با این شماره تماس بگیرد.
twilio-error-13225 = ‏Twilio تماس با این شماره را بسته است.
twilio-error-13227 = این حساب اجازهٔ تماس با این کشور را ندارد.
twilio-error-13520 = در TwiML این سرور متنی هست که Twilio نمی‌تواند بخواند.
twilio-error-20001 = ‏Twilio درخواست این سرور را نفهمید.
twilio-error-20003 = ‏Twilio اعتبارنامهٔ این سرور را نمی‌پذیرد.
twilio-error-20005 = حساب Twilio فعال نیست، بیشتر وقت‌ها چون موجودی آن تمام شده است.
twilio-error-20008 = اعتبارنامهٔ آزمایشی نمی‌تواند این کار را بکند.
twilio-error-20101 = توکن دسترسی معتبر نیست.
twilio-error-20103 = صادرکننده یا صاحب توکن دسترسی معتبر نیست.
twilio-error-20104 = توکن دسترسی منقضی شده، یا مدتش بیش از اندازه است.
twilio-error-20107 = امضای توکن دسترسی درست نیست.
twilio-error-20151 = ‏Twilio توکن دسترسی را نپذیرفت.
twilio-error-20403 = حساب اجازهٔ این کار را ندارد.
twilio-error-20404 = آنچه خواسته شد نزد Twilio نیست یا تمام شده است.
twilio-error-20429 = درخواست‌ها بیش از آن بود که Twilio می‌پذیرد.
twilio-error-20500 = ‏Twilio خطای داخلی دارد.
twilio-error-20503 = ‏Twilio اکنون در دسترس نیست.
twilio-error-21201 = شماره‌ای برای تماس داده نشد.
twilio-error-21202 = شمارهٔ گرفته‌شده شمارهٔ پرهزینه است و Twilio با آن تماس نمی‌گیرد.
twilio-error-21203 = با این شماره از این حساب نمی‌توان تماس گرفت.
twilio-error-21205 = نشانی‌ای که این سرور به Twilio داد درست نیست.
twilio-error-21210 = شمارهٔ تماس‌گیرنده برای این حساب تأیید نشده است.
twilio-error-21211 = شمارهٔ گرفته‌شده شمارهٔ تلفن درستی نیست.
twilio-error-21212 = شمارهٔ تماس‌گیرنده شمارهٔ تلفن درستی نیست.
twilio-error-21213 = شمارهٔ تماس‌گیرنده داده نشد.
twilio-error-21214 = شمارهٔ گرفته‌شده در دسترس نیست.
twilio-error-21215 = این حساب اجازهٔ تماس با این کشور را ندارد.
twilio-error-21216 = ‏Twilio تماس با این شماره را بسته است.
twilio-error-21217 = شمارهٔ تلفن درست به نظر نمی‌رسد.
twilio-error-21218 = برنامهٔ TwiML در این حساب وجود ندارد.
twilio-error-21219 = شمارهٔ گرفته‌شده تأیید نشده است و حساب آزمایشی فقط با شماره‌های تأییدشده تماس می‌گیرد.
twilio-error-21220 = تماس در وضعی نیست که بتوان این کار را کرد؛ بیشتر وقت‌ها چون تمام شده است.
twilio-error-21401 = شمارهٔ تلفن درست نیست.
twilio-error-21421 = شمارهٔ تلفن درست نیست.
twilio-error-21450 = این شماره پیش‌تر تأیید شده است.
twilio-error-21603 = شمارهٔ فرستنده لازم است.
twilio-error-21608 = شماره تأیید نشده است و حساب آزمایشی فقط به شماره‌های تأییدشده می‌رسد.
twilio-error-21617 = متن این سرور برای Twilio بلند است.
twilio-error-30001 = صف این شماره نزد Twilio پر است.
twilio-error-30002 = حساب بسته شده است.
twilio-error-30003 = دستگاه مقصد در دسترس نیست.
twilio-error-30004 = شمارهٔ مقصد بسته است.
twilio-error-30005 = شمارهٔ مقصد شناخته نیست.
twilio-error-30006 = شمارهٔ مقصد تلفن ثابت است یا اپراتور آن در دسترس نیست.
twilio-error-30008 = اپراتور دلیلی نگفت.
twilio-error-31000 = خطایی رخ داد که Twilio نام آن را نمی‌گوید.
twilio-error-31001 = برنامهٔ TwiML وجود ندارد.
twilio-error-31002 = برنامهٔ TwiML یا Twilio تماس را نپذیرفت.
twilio-error-31003 = ‏Twilio به‌موقع پاسخ نداد.
twilio-error-31005 = اتصال با Twilio برقرار نشد.
twilio-error-31008 = تماس پیش از پاسخ در اینجا تمام شد یا روی دستگاه دیگری پاسخ داده شد.
twilio-error-31009 = با Twilio اتصالی نیست.
twilio-error-31100 = ‏Twilio پیام این برنامه را نفهمید.
twilio-error-31101 = تماس بدون پارامتر بود.
twilio-error-31102 = به Twilio توکن دسترسی داده نشد.
twilio-error-31103 = پارامترهای تماس بیش از اندازه بلند است.
twilio-error-31104 = تماس وصل نشد.
twilio-error-31105 = در نام کارشناس نویسه‌هایی هست که Twilio نمی‌پذیرد.
twilio-error-31107 = تماس از سر گرفته نشد.
twilio-error-31201 = ‏Twilio توکن دسترسی را نپذیرفت.
twilio-error-31202 = امضای توکن دسترسی درست نیست.
twilio-error-31203 = از حساب Twilio نمی‌توان استفاده کرد.
twilio-error-31204 = توکن دسترسی معتبر نیست.
twilio-error-31205 = توکن دسترسی منقضی شده است.
twilio-error-31206 = پیام‌ها بیش از آن بود که Twilio می‌پذیرد.
twilio-error-31207 = مدت توکن دسترسی بیش از اندازه است.
twilio-error-31208 = اجازهٔ میکروفون داده نشد.
twilio-error-31209 = تماس از سر گرفته نشد.
twilio-error-31210 = ‏Twilio این نوع پیام را نمی‌شناسد.
twilio-error-31212 = پیام تماس بیش از اندازه بلند است.
twilio-error-31400 = یکی از پیام‌های تماس خوانده نشد.
twilio-error-31401 = اجازهٔ میکروفون داده نشد.
twilio-error-31402 = میکروفون نیست یا برنامهٔ دیگری از آن استفاده می‌کند.
twilio-error-31404 = چنین شماره‌ای نیست، یا برنامهٔ TwiML نشانی صدا ندارد.
twilio-error-31480 = طرف مقابل در دسترس نیست.
twilio-error-31486 = طرف مقابل مشغول است.
twilio-error-31603 = طرف مقابل تماس را نپذیرفت.
twilio-error-32205 = این حساب اجازهٔ تماس با این کشور یا این نوع شماره را ندارد.
twilio-error-53000 = سیگنال‌دهی تماس ناموفق بود.
twilio-error-53001 = اتصال با Twilio قطع شد.
twilio-error-53400 = صدای این طرف آماده نشد.
twilio-error-53402 = صدای طرف مقابل آماده نشد.
twilio-error-53405 = اتصال صدا برقرار نشد یا قطع شد.
twilio-remedy-check-number = شماره را با کد کشور بررسی کنید.
twilio-remedy-check-caller-id = ‏TWILIO_PHONE_NUMBER را شماره‌ای بگذارید که از Twilio خریده شده، یا آن را آنجا تأیید کنید.
twilio-remedy-verify-number = شماره را در کنسول Twilio (Phone Numbers, Verified caller IDs) تأیید کنید، یا حساب آزمایشی را ارتقا دهید.
twilio-remedy-allow-country = کشور را در کنسول Twilio (Voice, Settings, Geo permissions) مجاز کنید، و بیش از آنچه لازم است مجاز نکنید.
twilio-remedy-add-balance = موجودی حساب را در کنسول Twilio (Billing) افزایش دهید.
twilio-remedy-ask-twilio = وضع حساب را در کنسول Twilio ببینید و از پشتیبانی Twilio بپرسید.
twilio-remedy-check-credentials = ‏TWILIO_ACCOUNT_SID، ‏TWILIO_AUTH_TOKEN، ‏TWILIO_API_KEY و TWILIO_API_SECRET را با کنسول Twilio مقایسه کنید.
twilio-remedy-check-token = علت‌های محتمل: رمز، رمز این کلید نیست؛ کلید پاک شده یا محدود است؛ کلید، برنامهٔ TwiML و حساب از یک حساب یا منطقه نیستند؛ حساب بسته شده است. ‏TWILIO_ACCOUNT_SID، ‏TWILIO_API_KEY، ‏TWILIO_API_SECRET و TWILIO_TWIML_APP_SID را با کنسول Twilio مقایسه کنید.
twilio-remedy-renew-token = دوباره وارد شوید؛ اگر باز هم پیش آمد ساعت سرور را درست کنید.
twilio-remedy-check-app = ‏TWILIO_TWIML_APP_SID را بررسی کنید، و اینکه نشانی صدای آن در کنسول Twilio ‏‎/api/calls/webhook/outbound‎ این سرور باشد.
twilio-remedy-check-webhook = بررسی کنید که PUBLIC_BASE_URL از اینترنت با گواهی معتبر به این سرور برسد و سرور به‌موقع پاسخ دهد.
twilio-remedy-report-fault = این خطای سرور است: آن را با زمان و شناسهٔ تماس گزارش کنید.
twilio-remedy-slow-down = کمی صبر کنید و دوباره تلاش کنید؛ سرور تماس‌ها را یکی‌یکی می‌فرستد.
twilio-remedy-try-again = چند لحظهٔ دیگر دوباره تلاش کنید.
twilio-remedy-try-later = بعداً دوباره تلاش کنید.
twilio-remedy-nothing = کاری لازم نیست.
twilio-remedy-call-again = دوباره تماس بگیرید.
twilio-remedy-check-network = شبکه را بررسی کنید، و اینکه دیوار آتش TCP 443 را به بیرون راه دهد.
twilio-remedy-check-media = بررسی کنید که دیوار آتش UDP ۱۰۰۰۰ تا ۶۰۰۰۰ را به بیرون راه دهد، نقطهٔ ورود دیگری را بیازمایید، یا رله بگذارید.
twilio-remedy-check-microphone = میکروفون را برای این برنامه مجاز کنید، یا در تنظیمات یکی دیگر برگزینید.
twilio-remedy-rename-user = برای کارشناس نام کاربری از حروف لاتین، رقم و «_» بگذارید.

## ایرادهای صدای تماس

quality-warning-high-rtt = صدا دیر می‌رسد. صبر کنید تا سخن طرف مقابل تمام شود.
quality-warning-high-jitter = شبکهٔ شما ناهموار است. از کابل استفاده کنید یا به وای‌فای نزدیک شوید.
quality-warning-high-packet-loss = شبکه بخشی از صدا را گم می‌کند. برنامه‌های دیگر شبکه را ببندید.
quality-warning-high-packets-lost-fraction = شبکه بخش زیادی از صدا را گم می‌کند. از کابل یا شبکهٔ دیگری استفاده کنید.
quality-warning-low-mos = صدا ضعیف است. اگر چنین ماند دوباره تماس بگیرید.
quality-warning-low-bytes-received = چیزی از طرف مقابل نمی‌رسد.
quality-warning-low-bytes-sent = چیزی به طرف مقابل نمی‌رسد.
quality-warning-constant-audio-input-level = از میکروفون شما چیزی شنیده نمی‌شود. خاموش است؟
quality-warning-ice-connectivity-lost = راه شبکه قطع شده است. راه تازه‌ای جست‌وجو می‌شود.

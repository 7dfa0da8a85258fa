## التطبيق وأيقونة الشريط والإشعارات: تقرؤها النافذة وغلاف Rust معًا.

app-name = موبايل كول
tray-show = إظهار موبايل كول
tray-quit = إنهاء
tray-tooltip = موبايل كول
tray-tooltip-missed =
    { $count ->
        [one] موبايل كول: مكالمة فائتة
        [two] موبايل كول: مكالمتان فائتتان
        [few] موبايل كول: { $count } مكالمات فائتة
       *[other] موبايل كول: { $count } مكالمة فائتة
    }
notify-incoming = مكالمة واردة
notify-missed = مكالمة فائتة
notify-answer = رد
notify-still-running = موبايل كول ما زال يعمل
notify-still-running-tray = ستصلك المكالمات هنا. لإنهائه اختر «إنهاء» من شريط النظام أو من الإعدادات.
notify-still-running-no-tray = ستصلك المكالمات هنا. شغّله مرة أخرى لترى النافذة؛ والإنهاء في إعداداته.
notify-decline = رفض

## التبويبات وشريط الحالة

tab-keypad = الاتصال
tab-history = السجل
tab-team = الفريق
tab-settings = الإعدادات
tabs-label = الأقسام
tab-missed-count =
    { $count ->
        [one] مكالمة فائتة
        [two] مكالمتان فائتتان
        [few] { $count } مكالمات فائتة
       *[other] { $count } مكالمة فائتة
    }
status-label = الاتصال بالخادم
status-ready = جاهز
status-ready-detail = يمكنك الاتصال واستقبال المكالمات
status-no-microphone = لا يوجد ميكروفون
status-no-speaker = لا توجد سماعة
status-no-sound = لا ميكروفون ولا سماعة
status-microphone-fails = الميكروفون لا يعمل
status-speaker-fails = السماعة لا تعمل
status-no-sound-detail = المكالمات ممكنة، لكن صوتها ناقص. صِل سماعة رأس، أو راجع إعدادات الصوت.
status-connecting = جارٍ الاتصال…
status-connecting-again = جارٍ الاتصال، المحاولة { $attempt }
status-off = غير متصل
status-off-detail = لن تصلك المكالمات حتى تتصل
status-failed = تعذّر الاتصال
status-server-down = الخادم لا يستجيب
status-server-embedded = هذا الجهاز
status-server-embedded-port = هذا الجهاز، المنفذ { $port }
status-extension = تحويلة { $extension }
status-connect = اتصال
status-disconnect = قطع الاتصال
lines-label = الخطوط
lines-standing = حالة خطوطك
line-kind-direct = الزملاء
line-kind-twilio = شبكة الهاتف
line-kind-sip = مقسم الهاتف

## حقل الاتصال

dial-label = اسم أو رقم
dial-placeholder = اسم أو رقم
dial-call = اتصال
dial-via-phone = اتصل بهاتفي أولًا
dial-clear = مسح
dial-will-call = سيتم الاتصال بـ { $address }
dial-will-call-name = سيتم الاتصال بـ { $name }
dial-cannot-call = لا يمكن الاتصال بـ { $address } الآن
dial-kind-phone = رقم هاتف
dial-kind-extension = تحويلة
dial-kind-service = خدمة
dial-kind-client = زميل
dial-kind-sip = عنوان SIP
dial-post-dial = { $digits } ليس جزءًا من الرقم. أرسله بعد الرد.
dial-note-unknownRange = لا يُعرف هنا رقم كهذا. تحقق منه إذا فشلت المكالمة.
dial-note-letters = تُطلب الحروف بأرقام المفاتيح التي هي عليها
dial-over = عبر { $line }
dial-line = عبر
dial-line-down = { $line } – { $standing }
dial-choices = اختر من تريد الاتصال به
dial-hint = اكتب اسمًا أو تحويلة أو رقمًا
dial-hint-echo = جرّب { $code } لتسمع صوتك
dial-another = اتصال بشخص آخر
service-echo = اختبار الصدى
keypad-label = لوحة الأرقام

## المكالمات

call-label = مكالمة مع { $who }
calls-label = المكالمات
call-state-dialing = جارٍ الاتصال…
call-state-alerting = يرن الآن…
call-state-offered = مكالمة واردة
call-state-connecting = جارٍ التوصيل…
call-state-active = في مكالمة
call-state-held = قيد الانتظار
call-state-reconnecting = انقطع الاتصال، جارٍ استعادته…
call-state-ending = جارٍ الإنهاء…
call-state-ended = انتهت المكالمة
call-timer = مدة التحدث
call-mute = كتم
call-unmute = إلغاء الكتم
call-hold = انتظار
call-resume = استئناف
call-digits = أرقام
call-digits-sent = الأرقام المرسلة
call-send-post-dial = إرسال { $digits }
call-digit-received = وصل الرقم { $digit }
call-hangup = إنهاء
call-cancel = إلغاء
call-answer = رد
call-decline = رفض
call-decline-again = اضغط Esc مرة أخرى للرفض
call-back = معاودة الاتصال
call-again = إعادة الاتصال
call-show = إظهار المكالمة
call-close = إغلاق
call-unknown = متصل مجهول
call-incoming-from = مكالمة واردة من { $who }
call-other = مكالمات أخرى

## جودة المكالمة

quality-label = جودة المكالمة
quality-excellent = الصوت ممتاز
quality-veryGood = الصوت جيد جدًا
quality-good = الصوت جيد
quality-fair = الصوت مقبول
quality-poor = الصوت ضعيف
quality-measuring = جارٍ قياس جودة الصوت…
quality-why-loss = شبكتك تفقد { $percent } من الصوت
quality-why-delay = الصوت يصل متأخرًا { $ms } مللي ثانية
quality-why-jitter = شبكتك غير مستقرة: { $ms } مللي ثانية
quality-details = تفاصيل جودة المكالمة
quality-rtt = زمن الذهاب والإياب
quality-jitter = التذبذب
quality-loss = الفقد
quality-mos = الدرجة (MOS)
quality-packets = الحزم واردة / صادرة
quality-packets-both = { $received } / { $sent }
quality-ms = { $ms } م.ث
quality-none = –

## سبب انتهاء المكالمة

end-localHangup = أنهيتَ المكالمة
end-remoteHangup = أنهى الطرف الآخر المكالمة
end-localCancel = ألغيتَ الاتصال
end-remoteCancel = ألغى المتصل مكالمته
end-busy = الخط مشغول. حاول بعد قليل.
end-declined = رُفضت المكالمة
end-localDecline = رفضتَ المكالمة
end-noAnswer = لم يرد أحد
end-answeredElsewhere = تم الرد من جهاز آخر لك
end-unknownDestination = لا يوجد رقم كهذا. تحقق من الأرقام.
end-offline = ليس متصلًا من أي جهاز الآن. حاول لاحقًا.
end-otherServer = متصل عبر خادم آخر. راجع مدير النظام: يجب أن يستخدم الجميع الخادم نفسه.
end-notAllowed = لا يُسمح لك بالاتصال بهذه الوجهة. راجع مدير النظام.
end-incompatible = لا توجد صيغة صوت مشتركة بين الطرفين. حدّث التطبيقين.
end-mediaLost = انقطع الصوت ولم يعد. تحقق من الشبكة ثم اتصل من جديد.
end-signalingLost = انقطع الاتصال بالخادم. تحقق من الشبكة ثم اتصل من جديد.
end-interrupted = توقف التطبيق أو الخادم أثناء المكالمة
end-failed = تعذّر إجراء المكالمة. حاول مرة أخرى.

## المكالمات عبر هاتف الموظف

phone-call-label = مكالمة مع { $who } عبر هاتفك
phone-call-forget = إخفاء، والمكالمة مستمرة
phone-call-ended = انتهت المكالمة: { $how }
phone-call-talked = جرت المحادثة
phone-call-code = (Twilio { $code })
phone-call-stage-asked = جارٍ الطلب من الخادم…
phone-call-stage-ringsHere = هاتفك يرن: ارفعه.
phone-call-stage-answeredHere = رددتَ. جارٍ الاتصال بالطرف الآخر…
phone-call-stage-ringsThere = يرن عند الطرف الآخر…
phone-call-stage-talking = تتحدث عبر هاتفك

## السجل

missed-news =
    { $count ->
        [one] مكالمة فائتة
        [two] مكالمتان فائتتان
        [few] { $count } مكالمات فائتة
       *[other] { $count } مكالمة فائتة
    }
missed-news-last =
    { $count ->
        [one] من { $who }
       *[other] آخرها من { $who }
    }
history-search = ابحث باسم أو رقم
history-search-clear = مسح البحث
history-filter = عرض
history-filter-all = الكل
history-filter-missed = الفائتة
history-filter-incoming = الواردة
history-filter-outgoing = الصادرة
history-today = اليوم
history-yesterday = أمس
history-empty = لا توجد مكالمات بعد
history-empty-hint = ستظهر هنا مكالماتك الواردة والصادرة.
history-none-missed = لا توجد مكالمات فائتة
history-none-missed-hint = رددتَ على كل المكالمات.
history-none-found = لا توجد نتائج
history-none-found-hint = جرّب اسمًا آخر أو أرقامًا أقل.
history-loading = جارٍ تحميل السجل…
history-more = عرض المزيد
history-failed = تعذّر تحميل السجل.
history-call-back = اتصال بـ { $who }
history-not-synced = محفوظة على هذا الجهاز فقط حتى الآن
history-offline = غير متصل. المعروض محفوظ على هذا الجهاز.
history-offline-pending =
    { $count ->
        [one] غير متصل. تغيير واحد ينتظر الخادم.
        [two] غير متصل. تغييران ينتظران الخادم.
        [few] غير متصل. { $count } تغييرات تنتظر الخادم.
       *[other] غير متصل. { $count } تغييرًا ينتظر الخادم.
    }
history-syncing-count =
    { $count ->
        [one] جارٍ تحميل المكالمات من الخادم: مكالمة واحدة حتى الآن
        [two] جارٍ تحميل المكالمات من الخادم: مكالمتان حتى الآن
        [few] جارٍ تحميل المكالمات من الخادم: { $count } مكالمات حتى الآن
       *[other] جارٍ تحميل المكالمات من الخادم: { $count } مكالمة حتى الآن
    }
history-sync-now = مزامنة الآن
disposition-answered-incoming = واردة
disposition-answered-outgoing = صادرة
disposition-missed = فائتة
disposition-unanswered = لم يُرد عليها
disposition-declined-incoming = مرفوضة
disposition-declined-outgoing = مشغول أو مرفوضة
disposition-failed = لم تتم
disposition-ongoing = الآن
recording-label = التسجيل
recording-listen = تشغيل تسجيل المكالمة مع { $who }
recording-close = إغلاق تسجيل المكالمة مع { $who }
recording-play = تشغيل
recording-pause = إيقاف مؤقت
recording-position = الموضع في التسجيل
recording-time = { $at } من { $length }
recording-speed = السرعة
recording-speed-times = { $speed }×
recording-save = حفظ في مجلد التنزيلات
recording-saved = حُفظ في { $folder } باسم { $name }
recording-loading = جارٍ تحميل التسجيل…
recording-loading-percent = جارٍ تحميل التسجيل… { $percent }

## الفريق

team-label = الفريق
team-empty = لا يوجد زملاء بعد
team-empty-hint = سيظهر زملاؤك في الشركة هنا متى أصبح لهم حساب.
team-search = ابحث في الفريق
team-you = أنت
team-call = اتصال بـ { $name }
presence-available = متاح
presence-busy = في مكالمة
presence-offline = غير متصل

## الإعدادات

settings-account = الحساب
settings-sign-out = تسجيل الخروج
settings-signed-out = لم يسجّل أحد الدخول
settings-session-not-kept = مخزن كلمات المرور في النظام غير متاح، لذلك سيبقى دخولك مسجّلًا حتى إنهاء التطبيق فقط.
settings-server = الخادم
settings-server-embedded = على هذا الجهاز
settings-server-embedded-hint = يعمل مع التطبيق دون أي إعداد
settings-server-remote = خادم الشركة
settings-server-remote-hint = خادم واحد يشترك فيه فريقك
settings-server-url = عنوان الخادم
settings-server-in-use = العنوان المستخدم
settings-server-port = هذا الخادم على المنفذ { $port }، لأن برنامجًا آخر كان يشغل المنفذ { $wanted } عند بدء التطبيق.
settings-server-reachable = يستجيب
settings-server-unreachable = لا يستجيب
settings-phone = هاتفك
settings-phone-number = رقمه
settings-phone-hint = يُتصل به أولًا إذا اخترت ذلك للمكالمة، وتتحدث عبره. تُحسب هذه المكالمة مكالمتين هاتفيتين.
twilio-title = المكالمات إلى شبكة الهاتف (Twilio)
twilio-loading = جارٍ سؤال الخادم…
twilio-source-company = تمر المكالمات إلى أرقام الهاتف عبر هذا الحساب.
twilio-source-server = تمر المكالمات عبر حساب الخادم. أدخل حسابًا آخر هنا لاستعماله.
twilio-source-none = لم يُعَدّ بعد. بحساب لدى Twilio يمكن الاتصال بأرقام الهاتف.
twilio-field-accountSid = معرّف الحساب (Account SID)
twilio-field-authToken = رمز المصادقة (Auth Token)
twilio-field-apiKey = مفتاح API
twilio-field-apiSecret = سرّ مفتاح API
twilio-field-twimlAppSid = تطبيق TwiML
twilio-field-phoneNumber = رقم الهاتف
twilio-field-publicBaseUrl = العنوان العام للخادم
twilio-hint-accountSid = في الصفحة الأولى من لوحة Twilio.
twilio-hint-authToken = تحت معرّف الحساب.
twilio-hint-apiKey = في Account ثم API keys & tokens: أنشئ مفتاحًا من نوع Standard.
twilio-hint-apiSecret = يظهر مرة واحدة عند إنشاء المفتاح.
twilio-hint-twimlAppSid = في Voice ثم TwiML apps.
twilio-hint-phoneNumber = رقم اشتريته لدى Twilio، ويراه من تتصل بهم.
twilio-hint-publicBaseUrl = هنا تسأل Twilio ماذا تفعل بالمكالمة.
twilio-shape-accountSid = يبدأ بـ AC ويليه 32 حرفًا ورقمًا.
twilio-shape-authToken = يتكون من 32 حرفًا ورقمًا.
twilio-shape-apiKey = يبدأ بـ SK ويليه 32 حرفًا ورقمًا.
twilio-shape-apiSecret = يتكون من 32 حرفًا ورقمًا.
twilio-shape-twimlAppSid = يبدأ بـ AP ويليه 32 حرفًا ورقمًا.
twilio-shape-phoneNumber = اكتبه بعلامة + ورمز الدولة، مثل ‎+966112345678.
twilio-shape-publicBaseUrl = اكتبه مثل https://calls.example.com.
twilio-missing = هذه القيمة مطلوبة.
twilio-secret-set = محفوظ. اتركه فارغًا ليبقى كما هو.
twilio-secret-ends = محفوظ وينتهي بـ { $end }. اتركه فارغًا ليبقى كما هو.
twilio-reach-embedded = يجب أن تصل Twilio إلى هذا الجهاز عبر الإنترنت: بعنوان عام أو عبر نفق. أدخل عنوان https أعلاه. لا يُجاب هناك إلا عما وقّعته Twilio.
twilio-reach-tunnel = اجعل النفق يؤدي إلى
twilio-reach-server = يجب أن تصل Twilio إلى الخادم بعنوانه العام عبر https بشهادة صالحة.
twilio-saved = حُفظ.
twilio-remove = حذف هذا الحساب من هنا
twilio-remove-again = احذفه الآن
settings-apply = تطبيق
settings-auto-connect = اتصال تلقائي
settings-auto-connect-hint = يتصل من تلقاء نفسه عند بدء التطبيق
settings-lines-company = بترتيب الشركة
settings-lines-company-order = ترتيب الشركة: { $order }
settings-lines-company-none = لم تحدّد الشركة أي ترتيب
settings-lines-then = { $first } ثم { $second }
settings-line-standing = { $kind }: { $standing }
settings-line-off = { $kind }: متوقف
settings-line-add = إضافة خط
settings-line-change = تعديل «{ $line }»
settings-line-earlier = تقديم «{ $line }»
settings-line-later = تأخير «{ $line }»
settings-line-kind = نوع الخط
settings-line-name = الاسم
settings-line-server = عنوان الخادم
settings-line-save = حفظ
settings-line-cancel = إلغاء
settings-line-remove = إزالة هذا الخط
settings-line-remove-again = اضغط مرة أخرى للإزالة
settings-notifications = إشعارات سطح المكتب
settings-notifications-hint = للمكالمات الواردة والفائتة
settings-appearance = المظهر
settings-language = اللغة
settings-theme = الألوان
settings-theme-system = النظام
settings-theme-light = فاتح
settings-theme-dark = داكن
settings-sound = الصوت
settings-microphone = الميكروفون
settings-speaker = السماعة
settings-ring-device = الرنين على
settings-device-system = الافتراضي في النظام
settings-device-system-name = { $device } (الافتراضي)
settings-device-speaker = نفس السماعة
settings-device-gone = غير موصول
settings-level = مستوى الميكروفون
settings-level-start = اختبار
settings-level-stop = إيقاف
settings-level-hint = تحدّث: يجب أن يتحرك الشريط
settings-test-tone = تشغيل نغمة اختبار
settings-echo = إلغاء الصدى
settings-noise = تقليل الضوضاء
settings-gain = ضبط مستوى الصوت تلقائيًا
settings-keys-show = عرض قائمة المفاتيح
settings-quit = إنهاء موبايل كول
settings-not-saved = لم يُحفظ.

## تسجيل الدخول

sign-in-title = تسجيل الدخول
sign-in-hint = استخدم حسابك في الشركة
sign-in-username = اسم المستخدم
sign-in-password = كلمة المرور
sign-in-submit = دخول
sign-in-busy = جارٍ تسجيل الدخول…
sign-in-server = الخادم
sign-in-change-server = تغيير
sign-in-password-show = إظهار كلمة المرور
sign-in-password-hide = إخفاء كلمة المرور
connect-hint = اتصل بالخادم لتجري المكالمات وتستقبلها.
connect-button = اتصال
connect-busy = جارٍ البدء…

## The server's web pages

web-calls = المكالمات الأخيرة
web-refresh = تحديث
web-server-works = الخادم يعمل، الإصدار { $version }
web-server-fails = الخادم لا يعمل
web-server-asking = جارٍ سؤال الخادم…
web-server-unreachable = الخادم لا يستجيب. تحقق من الشبكة ثم حاول مرة أخرى.
web-refused = رفض الخادم الطلب. اسأل مدير النظام هل يُسمح لك بذلك.

## المفاتيح

keys-title = مفاتيح الاختصار
keys-answer = الرد
keys-decline = الرفض
keys-hangup = إنهاء المكالمة
keys-mute = الكتم أو إلغاؤه
keys-push-mute = الكتم أثناء الضغط
keys-hold = الانتظار أو الاستئناف
keys-redial = إعادة الاتصال بآخر رقم
keys-search = البحث في السجل
keys-next = المكالمة التالية
keys-call = العودة إلى المكالمة
keys-quit = إنهاء البرنامج
keys-list = هذه القائمة
keys-or = أو
keys-note = تعمل المفاتيح المفردة عندما لا تكتب في أي حقل.
key-enter = Enter
key-esc = Esc
key-ctrl = Ctrl
key-tab = Tab
key-space = مسافة

## المشكلات: ما حدث وما العمل

quit-title = إنهاء البرنامج والمكالمة؟
quit-hint = هناك مكالمة جارية، وستنتهي عند إنهاء موبايل كول.
quit-confirm = إنهاء البرنامج والمكالمة
quit-cancel = متابعة المكالمة
problem-close = إغلاق هذه الرسالة
problems-label = الرسائل
problem-times =
    { $count ->
        [one] مرة واحدة
        [two] مرتان
        [few] { $count } مرات
       *[other] { $count } مرة
    }
problems-waiting =
    { $count ->
        [one] رسالة أخرى
        [two] رسالتان أخريان
        [few] { $count } رسائل أخرى
       *[other] { $count } رسالة أخرى
    }
action-connect = اتصال
action-history = فتح السجل
action-retry = إعادة المحاولة
action-settings = فتح الإعدادات
action-sign-in = تسجيل الدخول
start-title = تعذّر تشغيل موبايل كول
start-loading = جارٍ البدء…

error-serverUnreachable = الخادم { $url } لا يستجيب. تحقق من الشبكة، أو من العنوان في الإعدادات.
error-certificateNotTrusted = شهادة الخادم { $url } غير موثوقة. تحقق من العنوان، أو اطلب شهادة الشركة من مدير النظام.
error-notAMobileCallServer = ما يستجيب على عنوان الخادم ليس خادم موبايل كول. سجّل الدخول إلى الشبكة أولًا إن طلبت ذلك، أو تحقق من العنوان في الإعدادات.
error-serverBusy = لا يستطيع الخادم فعل ذلك الآن. حاول مرة أخرى بعد دقيقة.
error-serverRefused = رفض الخادم الطلب. اسأل مدير النظام إن كان مسموحًا لك، أو حدّث التطبيق.
error-badServerUrl = «{ $url }» ليس عنوان خادم. اكتبه هكذا: https://calls.example.com.
error-wrongCredentials = اسم المستخدم أو كلمة المرور غير صحيحة. تحقق منهما وحاول مرة أخرى.
error-tooManyTries = محاولات كثيرة. انتظر { $seconds } ثانية ثم حاول مرة أخرى.
error-sessionExpired = انتهت جلستك. سجّل الدخول من جديد.
error-notSignedIn = لم تسجّل الدخول. سجّل الدخول أولًا.
error-lineNotReady =
    { $line ->
        [direct] لستَ متصلًا بعد. انتظر حتى تصبح الحالة «جاهز»، أو اضغط اتصال.
       *[other] هذا الخط ليس جاهزًا بعد. انتظر، أو اختر خطًا آخر.
    }
error-noSuchLine = لم يعد هذا الخط موجودًا. اختر خطًا آخر.
error-lineUnavailable = هذا النوع من الخطوط غير متاح في هذا الإصدار من التطبيق.
error-lineCannot = هذا الخط لا يستطيع ذلك.
error-calledWhileTalking = اتصل بك { $who } أثناء مكالمتك. المكالمة في السجل.
error-transferFailed = تعذّر تحويل المكالمة، وهي مستمرة هنا.
error-nothingToDial = اكتب رقمًا أو تحويلة أو اسمًا أولًا.
error-malformedNumber = هذا ليس رقم هاتف صحيحًا. تحقق من الأرقام، أو اكتبه مع رمز الدولة.
error-numberTooShort = يلزم مزيد من الأرقام: أكمل الرقم الداخلي للزميل، أو اكتب رقم الهاتف مع رمز المنطقة أو الدولة.
error-numberTooLong = في هذا الرقم خانات زائدة. احذف الزائد منها.
error-unknownCountryCode = لا توجد دولة برمز كالذي يبدأ به هذا الرقم. تحقق من خاناته الأولى.
error-ambiguousNumber = يمكن قراءة هذا كرقمين مختلفين. اكتب الرقم المقصود مع رمز الدولة.
error-shortNumberAbroad = الأرقام القصيرة لدولة أخرى لا تُطلب إلا من داخلها. اكتب الرقم الكامل.
error-badCharacter = لا يمكن الاتصال بالرمز «{ $character }» في الموضع { $place }. احذفه وحاول مرة أخرى.
error-tooLongToDial = هذا أطول من أن يُتصل به. احذف بعض الأرقام.
error-malformedSip = هذا ليس عنوان SIP. اكتبه هكذا: sip:name@host.
error-unknownExtension = لا أحد لديه هذه التحويلة أو هذا الاسم. ابحث في قائمة الفريق.
error-unknownService = لا توجد خدمة بهذا الرمز. اتصل بالرمز ‎*43‎ لتسمع نفسك.
error-ownExtension = هذا رقمك الداخلي أنت. اتصل بشخص آخر، أو بالرمز ‎*43‎ لتسمع نفسك.
error-unsupportedAddress =
    { $advice ->
        [chooseLine]
            { $kind ->
                [phone] لا يمكن الاتصال بأرقام الهواتف على هذا الخط. اختر خطًا آخر.
               *[sip] لا يمكن الاتصال بعناوين SIP على هذا الخط. اختر خطًا آخر.
            }
        [askAdministrator] تحتاج أرقام الهواتف أولًا إلى خط إلى شبكة الهاتف. يستطيع مدير النظام إعداده.
        [addLine] تحتاج أرقام الهواتف أولًا إلى خط إلى شبكة الهاتف. أضفه من الإعدادات؛ بياناته لدى مدير النظام.
        [signIn] الخادم على هذا الجهاز يصل بين الزملاء فقط. للاتصال بأرقام الهواتف سجّل الدخول إلى خادم شركتك.
        [addLineOrSignIn] الخادم على هذا الجهاز يصل بين الزملاء فقط. سجّل الدخول إلى خادم شركتك، أو أضف خطًا من الإعدادات.
       *[callElse]
            { $line ->
                [direct] يمكنك هنا الاتصال بزملائك فقط، لا بعناوين SIP. اكتب تحويلة أو اسمًا.
                [none] لا يمكن لأي من خطوطك الاتصال بعناوين SIP. اكتب رقمًا أو تحويلة أو اسمًا.
               *[other] لا يمكن الاتصال بعناوين SIP على هذا الخط. اكتب رقمًا أو تحويلة أو اسمًا.
            }
    }
error-noSuchCall = انتهت هذه المكالمة بالفعل.
error-notNow = لا يمكن فعل ذلك في هذه المرحلة من المكالمة.
error-badDigit = يمكن إرسال الأرقام من 0 إلى 9 و * و # ومن A إلى D فقط، مع فاصلة أو w للتوقف قليلًا.
error-noMicrophone = لم يُعثر على ميكروفون، فلن يسمعك الآخرون. صِل ميكروفونًا، أو اختره من الإعدادات.
error-noSpeaker = لم يُعثر على سماعة، فلن تسمع الآخرين. صِل سماعة، أو اخترها من الإعدادات.
error-deviceLost =
    { $role ->
        [microphone] فُصل الميكروفون «{ $device }». يُستخدم ميكروفون آخر إن وُجد.
       *[speaker] فُصلت السماعة «{ $device }». تُستخدم سماعة أخرى إن وُجدت.
    }
error-deviceInUse =
    { $role ->
        [microphone] الميكروفون الآن هو «{ $device }».
       *[speaker] السماعة الآن هي «{ $device }».
    }
error-deviceFound =
    { $role ->
        [microphone] وُصل الميكروفون «{ $device }». لاستخدامه اختره من الإعدادات.
       *[speaker] وُصلت السماعة «{ $device }». لاستخدامها اخترها من الإعدادات.
    }
error-deviceMissing =
    { $role ->
        [microphone] الميكروفون الذي اخترته غير موصول. يُستخدم «{ $device }» بدلًا منه.
       *[speaker] السماعة التي اخترتها غير موصولة. تُستخدم «{ $device }» بدلًا منها.
    }
error-audioFailed =
    { $cause ->
        [busy]
            { $role ->
                [microphone] برنامج آخر يستخدم الميكروفون. أغلقه، أو اختر ميكروفونًا آخر من الإعدادات.
               *[speaker] برنامج آخر يستخدم السماعة. أغلقه، أو اختر سماعة أخرى من الإعدادات.
            }
        [notPermitted]
            { $role ->
                [microphone] النظام لا يسمح لهذا التطبيق باستخدام الميكروفون. اسمح به في إعدادات الخصوصية في النظام.
               *[speaker] النظام لا يسمح لهذا التطبيق باستخدام السماعة. اسمح به في إعدادات الخصوصية في النظام.
            }
       *[other]
            { $role ->
                [microphone] تعذّر فتح الميكروفون. صِله من جديد، أو اختر ميكروفونًا آخر من الإعدادات.
               *[speaker] تعذّر فتح السماعة. صِلها من جديد، أو اختر سماعة أخرى من الإعدادات.
            }
    }
error-noAudioReceived = لم يُسمع شيء من الطرف الآخر منذ 3 ثوانٍ. قد يكون ميكروفونه مغلقًا، أو جدار حماية يمنع الصوت.
error-mediaBlocked =
    { $relay ->
        [notConfigured] لم يُعثر على طريق للصوت: هذه الشبكة تسمح بصفحات الويب ولا تسمح بالمكالمات (UDP). جرّب شبكة أخرى، أو اطلب من المسؤول إعداد خادم ترحيل (TURN).
        [wrongCredentials] لم يُعثر على طريق للصوت: هذه الشبكة تمنعه، وخادم الترحيل (TURN) يرفض اسم المستخدم أو كلمة المرور. أخبر المسؤول.
        [untrusted] لم يُعثر على طريق للصوت: هذه الشبكة تمنعه، وشهادة خادم الترحيل (TURN) غير موثوقة. أخبر المسؤول.
        [refused] لم يُعثر على طريق للصوت: هذه الشبكة تمنعه، ولا مكان في خادم الترحيل (TURN). حاول بعد دقيقة، وأخبر المسؤول.
        [ready] لم يُعثر على طريق للصوت: خادم الترحيل (TURN) يجيب، لكنه لا يصل إلى الطرف الآخر. أخبر المسؤول.
       *[unreachable] لم يُعثر على طريق للصوت: هذه الشبكة تمنعه، ولا يمكن الوصول إلى خادم الترحيل (TURN) أيضًا. جرّب شبكة أخرى، أو أخبر المسؤول.
    }
error-databaseUnreadable = تعذّرت قراءة الملف { $path }. استعده من نسخة احتياطية، أو انقله من مكانه لتبدأ من جديد.
error-databaseNotWritable =
    { $access ->
        [write] تعذّرت الكتابة في الملف { $path }. امنح مستخدمك صلاحية الكتابة فيه وفي مجلده، وتحقّق من القرص.
       *[all] تعذّرت قراءة الملف { $path } أو الكتابة فيه. امنح مستخدمك صلاحية القراءة والكتابة فيه وفي مجلده، وتحقّق من القرص.
    }
error-historyDamaged = كان سجل المكالمات على هذا الجهاز تالفًا. يُجلب من الخادم من جديد، والمكالمات مستمرة. الملف التالف محفوظ باسم { $path }.
problem-entries-lost = سجلات تعذّر نقلها: { $lost }.
error-historyNotWritten = تعذّرت الكتابة في سجل هذا الجهاز. المكالمات مستمرة، وستُكتب حين يصبح ذلك ممكنًا: تحقّق من سلامة القرص ومن أن لهذا المستخدم صلاحية الكتابة عليه.
error-diskFull = القرص ممتلئ: أفرِغ بعض المساحة. تُكتب المكالمات في السجل حين تتوفر مساحة.
error-databaseTooNew = كُتب الملف { $path } بإصدار أحدث. ثبّت أحدث إصدار من موبايل كول.
error-keyringUnavailable = مخزن كلمات المرور في النظام غير متاح. سيبقى دخولك مسجّلًا حتى إنهاء التطبيق فقط.
error-keyringUnreadable = تعذّرت قراءة جلستك من مخزن كلمات المرور في النظام. افتح قفل المخزن ثم اضغط اتصال، أو سجّل الدخول من جديد.
error-keyringKeepsSecret = تعذّر حذف ما لم يعد لازمًا من مخزن كلمات المرور في النظام. سيحذفه التطبيق عندما يُفتح قفل المخزن.
error-embeddedServerFailed = تعذّر تشغيل الخادم على هذا الجهاز: { $detail }. شغّل التطبيق من جديد.
error-badSetting = لا يمكن أن تكون للإعداد «{ $setting }» هذه القيمة. لم يتغير شيء.
error-settingsUnreadable = تعذّرت قراءة بعض إعدادات هذا الجهاز ({ $setting })، فاستُخدمت القيم المعتادة: تحقق منها.
error-lineSetAside = خطوط في الإعدادات لا يمكن استخدامها وقد نُحّيت جانبًا: { $line }. صحّحها أو حدّث التطبيق.
error-recordingNotReady = لم يكتمل التسجيل بعد. حاول بعد لحظات.
error-recordingDeleted = حُذف التسجيل ولم يعد بالإمكان سماعه.
error-recordingNotAllowed = لا يوجد لهذه المكالمة تسجيل يحق لك سماعه. اسأل المسؤول لديكم.
error-recordingNotPlayable = لا يمكن تشغيل هذا التسجيل هنا. احفظه وافتحه ببرنامج آخر.
error-recordingNotSaved = تعذّر حفظ التسجيل في { $folder }. تحقق من أن لك حق الكتابة هناك وأن القرص فيه مساحة.
error-noAgentPhone = أدخل رقم هاتفك في الإعدادات أولًا.
error-notByPhone = لا يمكن الاتصال عبر هاتفك إلا بأرقام الهاتف.
error-phoneCallRefused =
    { $reason ->
        [company] شركتك لا تسمح بهذه المكالمة، بحسب قواعدها للأرقام أو الأوقات أو عدد المكالمات.
        [notSetUp] المكالمات عبر هاتفك غير مُعدّة على الخادم. اسأل المسؤول لديكم.
        [number] لا يمكن الاتصال بأحد الرقمين. تحقق منهما مع رمز الدولة.
        [caller] لا يجوز إظهار رقم الشركة لمن يُتصل بهم. على المسؤول لديكم توثيقه لدى Twilio.
        [trial] الحساب التجريبي لدى Twilio لا يتصل إلا بأرقام موثّقة هناك. وثّق الرقم أو رقِّ الحساب.
        [country] لا يُسمح للحساب لدى Twilio بالاتصال بهذه الدولة. يستطيع المسؤول السماح بها في Geo permissions لدى Twilio.
        [balance] الحساب لدى Twilio غير فعّال، لنفاد الرصيد غالبًا. على المسؤول لديكم إضافة رصيد.
        [account] تحظر Twilio الحساب أو الرقم. على المسؤول لديكم سؤال دعم Twilio.
        [credentials] لا تقبل Twilio بيانات اعتماد الخادم. على المسؤول لديكم التحقق منها.
        [webhook] لا تستطيع Twilio الوصول إلى الخادم. على المسؤول لديكم التحقق من عنوانه العام.
        [busy] مكالمات كثيرة تنتظر لدى Twilio أو لديها مشكلة. حاول بعد لحظات.
       *[other] رفضت Twilio المكالمة. اطلب من المسؤول لديكم النظر في لوحة Twilio.
    }
error-badTwilioAccount = قيم ناقصة أو لا يمكن أن تكون صحيحة: انظر تحت كل منها.
error-internal = حدث خطأ داخل التطبيق: { $detail }. حاول مرة أخرى، وإن تكرر فشغّل التطبيق من جديد.

## معاني رموز أخطاء Twilio وما العمل

error-twilio = أبلغ Twilio عن الخطأ { $code } الذي لا تعرفه هذه النسخة. ابحث عنه في twilio.com/docs/api/errors/{ $code }.
twilio-code = { $cause } { $remedy } (Twilio { $code })
twilio-error-10001 = حساب Twilio غير مفعّل، وغالبًا لأن رصيده نفد.
twilio-error-10002 = الحساب التجريبي لا يستطيع ذلك.
twilio-error-10004 = في الحساب الآن أقصى عدد من المكالمات المتزامنة يسمح به Twilio.
twilio-error-11200 = لم يستطع Twilio أن يسأل هذا الخادم عمّا يفعله بالمكالمة.
twilio-error-11205 = لم يستطع Twilio الاتصال بهذا الخادم.
twilio-error-11206 = رد هذا الخادم على Twilio ليس HTTP صحيحًا.
twilio-error-11210 = اسم هذا الخادم في PUBLIC_BASE_URL غير معروف لدى Twilio.
twilio-error-11217 = رد هذا الخادم، أو وكيل أمامه، على Twilio بخطأ.
twilio-error-11220 = فشل الاتصال الآمن من Twilio إلى هذا الخادم.
twilio-error-11235 = شهادة هذا الخادم لاسم غير الذي في PUBLIC_BASE_URL.
twilio-error-11236 = انتهت صلاحية شهادة هذا الخادم.
twilio-error-11237 = شهادة هذا الخادم لا يثق بها Twilio.
twilio-error-11750 = تعليمات TwiML من هذا الخادم أطول من اللازم.
twilio-error-12100 = تعذرت قراءة تعليمات TwiML من هذا الخادم.
twilio-error-12200 = في تعليمات TwiML من هذا الخادم شيء لا يعرفه Twilio.
twilio-error-12300 = رد هذا الخادم على Twilio بنوع محتوى خاطئ.
twilio-error-13214 = لا يحق لهذا الحساب إظهار رقم المتصل هذا.
twilio-error-13223 = الرقم المطلوب ليس رقم هاتف صحيحًا.
twilio-error-13224 = لا يستطيع Twilio الاتصال بهذا الرقم.
twilio-error-13225 = يحظر Twilio الاتصال بهذا الرقم.
twilio-error-13227 = لا يُسمح للحساب بالاتصال بهذا البلد.
twilio-error-13520 = في تعليمات TwiML نص لا يستطيع Twilio نطقه.
twilio-error-20001 = لم يستطع Twilio قراءة طلب هذا الخادم.
twilio-error-20003 = لا يقبل Twilio بيانات اعتماد هذا الخادم.
twilio-error-20005 = حساب Twilio غير مفعّل، وغالبًا لأن رصيده نفد.
twilio-error-20008 = بيانات الاعتماد التجريبية لا تستطيع ذلك.
twilio-error-20101 = رمز الدخول غير صالح.
twilio-error-20103 = مُصدر رمز الدخول أو صاحبه غير صالح.
twilio-error-20104 = انتهت صلاحية رمز الدخول، أو جُعلت مدته أطول من المسموح.
twilio-error-20107 = توقيع رمز الدخول غير صحيح.
twilio-error-20151 = رفض Twilio رمز الدخول.
twilio-error-20403 = لا يُسمح للحساب بذلك.
twilio-error-20404 = ليس لدى Twilio ما طُلب، أو أنه انتهى.
twilio-error-20429 = أُرسلت إلى Twilio طلبات أكثر مما يقبل.
twilio-error-20500 = لدى Twilio خطأ داخلي.
twilio-error-20503 = Twilio غير متاح الآن.
twilio-error-21201 = لم يُذكر رقم للاتصال به.
twilio-error-21202 = الرقم المطلوب رقم خدمات مدفوعة لا يتصل به Twilio.
twilio-error-21203 = لا يمكن الاتصال بهذا الرقم من هذا الحساب.
twilio-error-21205 = العنوان الذي أعطاه هذا الخادم إلى Twilio ليس صحيحًا.
twilio-error-21210 = رقم المتصل غير موثّق لهذا الحساب.
twilio-error-21211 = الرقم المطلوب ليس رقم هاتف صحيحًا.
twilio-error-21212 = رقم المتصل ليس رقم هاتف صحيحًا.
twilio-error-21213 = لم يُذكر رقم المتصل.
twilio-error-21214 = تعذر الوصول إلى الرقم المطلوب.
twilio-error-21215 = لا يُسمح للحساب بالاتصال بهذا البلد.
twilio-error-21216 = يحظر Twilio الاتصال بهذا الرقم.
twilio-error-21217 = يبدو أن رقم الهاتف غير صحيح.
twilio-error-21218 = تطبيق TwiML غير موجود في هذا الحساب.
twilio-error-21219 = الرقم المطلوب غير موثّق، والحساب التجريبي لا يتصل إلا بأرقام موثّقة.
twilio-error-21220 = المكالمة ليست في حال تسمح بذلك، وغالبًا لأنها انتهت.
twilio-error-21401 = رقم الهاتف غير صحيح.
twilio-error-21421 = رقم الهاتف غير صحيح.
twilio-error-21450 = الرقم موثّق من قبل.
twilio-error-21603 = يلزم رقم للمرسل.
twilio-error-21608 = الرقم غير موثّق، والحساب التجريبي لا يصل إلا إلى أرقام موثّقة.
twilio-error-21617 = نص هذا الخادم أطول مما يقبله Twilio.
twilio-error-30001 = طابور هذا الرقم لدى Twilio ممتلئ.
twilio-error-30002 = أُوقف الحساب.
twilio-error-30003 = الجهاز المطلوب غير متاح.
twilio-error-30004 = الرقم المطلوب محظور.
twilio-error-30005 = الرقم المطلوب غير معروف.
twilio-error-30006 = الرقم المطلوب هاتف أرضي أو لدى شركة لا يمكن الوصول إليها.
twilio-error-30008 = لم تذكر شركة الاتصالات سببًا.
twilio-error-31000 = حدث خطأ لم يسمّه Twilio.
twilio-error-31001 = تطبيق TwiML غير موجود.
twilio-error-31002 = رفض تطبيق TwiML أو Twilio المكالمة.
twilio-error-31003 = لم يرد Twilio في الوقت المحدد.
twilio-error-31005 = فشل الاتصال مع Twilio.
twilio-error-31008 = انتهت المكالمة أو رُدّ عليها من جهاز آخر قبل الرد هنا.
twilio-error-31009 = لا يوجد اتصال مع Twilio.
twilio-error-31100 = لم يستطع Twilio قراءة رسالة من هذا البرنامج.
twilio-error-31101 = مكالمة بلا معطيات.
twilio-error-31102 = لم يُعطَ Twilio رمز دخول.
twilio-error-31103 = معطيات المكالمة أطول من اللازم.
twilio-error-31104 = تعذر توصيل المكالمة.
twilio-error-31105 = في اسم الموظف أحرف لا يقبلها Twilio.
twilio-error-31107 = تعذر استئناف المكالمة.
twilio-error-31201 = رفض Twilio رمز الدخول.
twilio-error-31202 = توقيع رمز الدخول غير صحيح.
twilio-error-31203 = لا يمكن استخدام حساب Twilio.
twilio-error-31204 = رمز الدخول غير صالح.
twilio-error-31205 = انتهت صلاحية رمز الدخول.
twilio-error-31206 = تلقى Twilio رسائل أكثر مما يقبل.
twilio-error-31207 = مدة رمز الدخول أطول من المسموح.
twilio-error-31208 = لم يُسمح باستخدام الميكروفون.
twilio-error-31209 = تعذر استئناف المكالمة.
twilio-error-31210 = لا يعرف Twilio هذا النوع من الرسائل.
twilio-error-31212 = الرسالة إلى المكالمة أطول من اللازم.
twilio-error-31400 = تعذرت قراءة رسالة من رسائل المكالمة.
twilio-error-31401 = لم يُسمح باستخدام الميكروفون.
twilio-error-31402 = الميكروفون غير موجود أو يستخدمه برنامج آخر.
twilio-error-31404 = لا يوجد رقم كهذا، أو ليس لتطبيق TwiML عنوان صوت.
twilio-error-31480 = تعذر الوصول إلى الطرف المطلوب.
twilio-error-31486 = الطرف المطلوب مشغول.
twilio-error-31603 = رفض الطرف المطلوب المكالمة.
twilio-error-32205 = لا يُسمح للحساب بالاتصال بهذا البلد أو بهذا النوع من الأرقام.
twilio-error-53000 = فشلت إشارات المكالمة.
twilio-error-53001 = انقطع الاتصال مع Twilio.
twilio-error-53400 = تعذر إعداد صوت هذا الطرف.
twilio-error-53402 = تعذر إعداد صوت الطرف الآخر.
twilio-error-53405 = فشل اتصال الصوت أو انقطع.
twilio-remedy-check-number = تحقق من الرقم مع مفتاح البلد.
twilio-remedy-check-caller-id = اجعل TWILIO_PHONE_NUMBER رقمًا اشتُري من Twilio، أو وثّقه هناك رقمًا للمتصل.
twilio-remedy-verify-number = وثّق الرقم في لوحة Twilio (Phone Numbers, Verified caller IDs) أو رقِّ الحساب التجريبي.
twilio-remedy-allow-country = اسمح بالبلد في لوحة Twilio (Voice, Settings, Geo permissions)، ولا تسمح بأكثر مما تتصل به.
twilio-remedy-add-balance = أضف رصيدًا إلى الحساب في لوحة Twilio (Billing).
twilio-remedy-ask-twilio = انظر في لوحة Twilio إلى حال الحساب، واسأل دعم Twilio.
twilio-remedy-check-credentials = قارن TWILIO_ACCOUNT_SID وTWILIO_AUTH_TOKEN وTWILIO_API_KEY وTWILIO_API_SECRET بما في لوحة Twilio.
twilio-remedy-check-token = الأسباب المرجّحة: السر ليس سر المفتاح، أو حُذف المفتاح أو هو مقيّد، أو أن المفتاح وتطبيق TwiML والحساب ليست من حساب واحد أو منطقة واحدة، أو أُوقف الحساب. قارن TWILIO_ACCOUNT_SID وTWILIO_API_KEY وTWILIO_API_SECRET وTWILIO_TWIML_APP_SID بما في لوحة Twilio.
twilio-remedy-renew-token = سجّل الدخول من جديد، وإن عاد الخطأ فاضبط ساعة الخادم.
twilio-remedy-check-app = تحقق من TWILIO_TWIML_APP_SID، ومن أن عنوان الصوت فيه بلوحة Twilio هو ‎/api/calls/webhook/outbound‎ على هذا الخادم.
twilio-remedy-check-webhook = تحقق من أن PUBLIC_BASE_URL يصل إلى هذا الخادم من الإنترنت بشهادة صحيحة وأنه يرد في الوقت المحدد.
twilio-remedy-report-fault = هذا خلل في الخادم: أبلغ عنه مع الوقت ومعرّف المكالمة.
twilio-remedy-slow-down = انتظر لحظة ثم حاول من جديد؛ الخادم يرسل المكالمات واحدة بعد أخرى.
twilio-remedy-try-again = حاول من جديد بعد لحظة.
twilio-remedy-try-later = حاول لاحقًا.
twilio-remedy-nothing = لا يلزم فعل شيء.
twilio-remedy-call-again = اتصل من جديد.
twilio-remedy-check-network = تحقق من الشبكة ومن أن جدار الحماية يسمح بخروج TCP 443.
twilio-remedy-check-media = تحقق من أن جدار الحماية يسمح بخروج UDP من 10000 إلى 60000، أو جرّب نقطة دخول أخرى، أو جهّز مُرحّلًا.
twilio-remedy-check-microphone = اسمح لهذا البرنامج بالميكروفون، أو اختر غيره في الإعدادات.
twilio-remedy-rename-user = أعطِ الموظف اسم مستخدم من أحرف لاتينية وأرقام و«_».

## ما يعيب صوت المكالمة

quality-warning-high-rtt = الصوت يتأخر في الوصول. انتظر حتى ينهي الطرف الآخر كلامه.
quality-warning-high-jitter = شبكتك غير مستقرة. استخدم سلكًا أو اقترب من الواي فاي.
quality-warning-high-packet-loss = شبكتك تفقد بعض الصوت. أغلق ما يستخدمها غير المكالمة.
quality-warning-high-packets-lost-fraction = شبكتك تفقد كثيرًا من الصوت. استخدم سلكًا أو شبكة أخرى.
quality-warning-low-mos = الصوت ضعيف. إن استمر فاتصل من جديد.
quality-warning-low-bytes-received = لا يصل شيء من الطرف الآخر.
quality-warning-low-bytes-sent = لا يصل شيء إلى الطرف الآخر.
quality-warning-constant-audio-input-level = لا يُسمع شيء من ميكروفونك. هل هو مطفأ؟
quality-warning-ice-connectivity-lost = انقطع الطريق عبر الشبكة. يجري البحث عن طريق آخر.

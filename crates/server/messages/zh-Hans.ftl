# 页面上的文字。所用的 Fluent 语法（https://projectfluent.org）见 `words/ftl.rs`。

skip = 跳到正文
optional = （选填）
cancel = 取消
change = 修改
save-button = 保存
title-fault = 请检查：
nav-label = 您的账户
hello = 您好，

# 登录
sign-in-title = 登录
sign-in-button = 登录
sign-in-or = 还没有账户？
label-identifier = 邮箱或用户名
label-password = 密码
label-remember =
    { $count ->
        [one] 在这台设备上保持登录 1 天
       *[other] 在这台设备上保持登录 { $count } 天
    }
note-signed-out = 您已退出登录，期待再次见面。
note-signed-out-everywhere = 您已在所有设备上退出登录。

# 注册
sign-up-title = 创建账户
sign-up-button = 创建账户
sign-up-or = 已经有账户了？
label-display-name = 称呼
label-call-you = 怎么称呼您？
hint-identifier = 以后用它来登录，不一定要是邮箱。
label-new-password = 新密码
hint-new-password = 至少 { $least } 个字符。用几个不相干的词最好，可以有空格，任何语言都行。
hint-more = 还差 { $count } 个字符
hint-enough = 长度够了
label-repeat = 再输入一次新密码
suggest-label = 也可以用这个：
suggest-take = 就用它
reveal-show = 显示
reveal-hide = 隐藏

# 一次性链接
setup-title = 设置 Doorward
setup-lead = 您是这里的第一位。这个账户将管理整台服务器。
setup-button = 创建管理员
invite-title = 您收到了邀请
invite-lead = 设置一个密码，账户就是您的了。
reset-title = 设置新密码
reset-lead = 完成后，您会在所有设备上退出登录，请用新密码重新登录。
reset-button = 设置密码
note-reset = 新密码已设置，请用它登录。

# 账户
account-title = 账户
account-since = 注册于
account-no-name = 未设置
account-devices =
    { $count ->
        [one] 仅在这台设备上登录
       *[other] 已在 { $count } 台设备上登录
    }
account-see-devices = 查看设备
name-title = 您的称呼
hint-name = 会显示给您自己和您使用的应用。留空表示不设置。
note-name = 称呼已更新。
password-title = 修改密码
password-lead = 修改后，其他设备都会退出登录。
password-button = 修改密码
label-current-password = 当前密码
note-password = 密码已修改，其他设备均已退出登录。

# 设备
devices-title = 设备
devices-lead = 您的账户在以下设备上登录。如果有不认识的，请让它退出登录，并修改密码。
devices-this = 当前设备
devices-active = 正在使用
devices-seen = 最近活动：
devices-begun = 登录于
devices-client = 来自应用
devices-end = 退出登录
devices-end-others = 退出其他所有设备
device-on = { $system } 上的 { $browser }
device-unknown = 未知设备
note-device-ended = 该设备已退出登录。
note-others-ended = 其他设备均已退出登录。

# 退出登录
sign-out-title = 退出登录
sign-out-question = 要退出登录吗？
sign-out-lead = 在这里退出，不影响您的其他设备。
sign-out-here = 退出这台设备
sign-out-others = 退出其他所有设备
sign-out-all = 退出全部设备

# 五分钟后继续
continue-title = 欢迎回来
continue-lead = 请稍候，马上带您前往。
continue-button = 继续
continue-failed = 没有成功，请稍后再试一次。
away-title = 马上就到
away-lead = 正在前往 { $host }。

# 填写有误
said-look-below = 请检查下面标出的内容。
said-stale = 页面打开太久，内容没有提交。请再试一次。
fault-too-short = 太短了，至少需要 { $least } 个字符。
fault-too-long = 太长了。
fault-character = 密码中有不能使用的字符。
fault-common = 这是别人最先会猜的密码之一，请换一个。
fault-repeats = 内容重复，容易被猜到，请换一个。
fault-sequence = 这是连续的字符、一排按键或日期，容易被猜到，请换一个。
fault-personal = 由您自己的名字组成，容易被猜到，请换一个。
fault-contextual = 由这里人人都知道的名称组成，请换一个。
fault-identifier = 这个不能用来登录。请去掉空格、括号、逗号和看不见的字符。
fault-identifier-letters = 这里混用了不同文字的字母，看上去像别的名字。
fault-display-name = 这个不能作为称呼：内容为空、过长，或含有看不见的字符。
fault-other = 这个不能使用。
fault-repeat = 两次输入不一致，请重新输入。
fault-current-password = 当前密码不正确。

# 出错
problem-invalid-credentials = 用户名或密码不正确，请检查后重试。
problem-credentials-changed = 您的密码刚刚被修改，或账户刚刚被停用。请重新登录。
problem-identifier-taken = 这个名字已经有人用了。如果就是您，请直接登录。
problem-sign-up-closed = 这里不开放自行注册，请联系服务的管理员。
problem-csrf-failed = 请求不是从本站页面发出的，因此没有执行。请返回后再试一次。
problem-two-sign-ins = 这个浏览器里同时有两个登录，请重新登录。
problem-not-found = 这个地址上没有内容，可能是输错了。
problem-method = 这个地址不能这样使用。
problem-link-gone = 这个链接已经用过、已过期，或者从来不是我们发出的。请向发送者索取新的链接。
problem-https = 这个页面只能通过加密连接访问，请求没有执行。请用 https:// 开头的地址打开。
problem-address = 不能通过这个地址访问本服务。请使用管理员提供的地址。
problem-busy = 暂时无法处理，您的内容没有丢失，请{ $wait }再试。
problem-too-many = 失败的尝试太多，您的内容没有丢失，请{ $wait }再试。
problem-ours = 我们这边出了问题。请重试；如果一直这样，请告诉服务的管理员。
problem-yours = 无法理解这个请求，请返回后再试一次。
problem-title-not-found = 页面不存在
problem-title-link-gone = 链接已失效
problem-title-busy = 请稍候
problem-title-ours = 是我们的问题
problem-title-yours = 没有成功
problem-home = 回到首页
problem-id = 求助时请提供这个编号：

# 时间
when-now = 刚刚
when-minutes =
    { $count ->
        [one] 1 分钟前
       *[other] { $count } 分钟前
    }
when-hours =
    { $count ->
        [one] 1 小时前
       *[other] { $count } 小时前
    }
when-days =
    { $count ->
        [one] 昨天
       *[other] { $count } 天前
    }
wait-seconds =
    { $count ->
        [one] 1 秒后
       *[other] { $count } 秒后
    }
wait-minutes =
    { $count ->
        [one] 1 分钟后
       *[other] { $count } 分钟后
    }
date = { $year }年{ $month }{ $day }日
month-1 = 1月
month-2 = 2月
month-3 = 3月
month-4 = 4月
month-5 = 5月
month-6 = 6月
month-7 = 7月
month-8 = 8月
month-9 = 9月
month-10 = 10月
month-11 = 11月
month-12 = 12月

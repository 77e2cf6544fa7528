"""Newsletter boxes and notices written for training, as sites put them after articles.

Few pages of the corpora have them, and the phrases in programs' catalogues are not those of
newsrooms. Each box is a list of lines, as a scraper prints it.
"""

from __future__ import annotations

from typing import Final

BOXES: Final[dict[str, tuple[tuple[str, ...], ...]]] = {
    "en": (
        ("Stay informed about what happens in the capital,", "the provinces and abroad."),
        ("Stay up to speed with the top stories", "from your region and beyond."),
        ("Keep yourself posted on events at home,", "in the neighbouring countries and overseas."),
        ("All the news from the country", "and the wider world, in one daily letter."),
        ("Catch up with everything that goes on in town,", "the county and further afield."),
        ("Know what is new in politics and trade,", "at home and across the border."),
        ("Keep an eye on the markets,", "the region and the world."),
        ("Be up to date with sport, culture and opinion,", "our pick of the week."),
        ("You can leave our list at any time.", "By joining you agree to our terms and privacy rules."),
        ("Hear first what is going on in the city", "and around the region."),
        ("What matters today, explained", "by our correspondents, free in your mailbox."),
        ("Enjoying our reporting?", "Sign up and we will keep you posted."),
        ("Follow what is happening in the country,", "its neighbours and the world."),
        ("The stories that matter, every evening", "in your mailbox.", "Sign me up"),
        ("Never miss a story.", "Subscribe to our daily briefing", "Enter your email"),
        ("Get our weekly digest of politics, culture", "and everything in between."),
        ("Like what you are reading?", "Join 40,000 readers who get our Friday letter."),
        ("Follow the latest developments in the region", "with our free newsletter."),
        ("Keep in touch with the news from your town", "and the world around it."),
        ("Be the first to know what is going on", "in business and finance."),
        ("Support independent journalism", "Become a member from 3 a month"),
        ("Thank you for reading.", "You have read all your free articles this month."),
        ("Wake up to the news that counts,", "picked by our editors."),
        ("Subscribe for full access", "Already a subscriber? Log in"),
        ("Want more stories like this one?", "Download our app or follow us on social media."),
        ("Receive the day's headlines", "and the best of our opinion pages by email."),
        ("Your guide to what is happening at home", "and around the globe."),
        ("By joining you accept our terms of use.", "You may opt out whenever you want."),
        ("We use", "cookies", "to understand how visitors use this page. Read our", "privacy policy",
         "to learn how to switch them off."),
        ("Please see", "our disclosure text", "on how your personal data are processed under the data"
         " protection act."),
        ("Some rights reserved.", "Reproduction in whole or part needs written permission."),
        ("This form is protected against spam;", "the privacy policy and terms of its provider apply."),
        ("Have a tip? Write to the newsroom at", "tips@example.com"),
        ("Last update: Monday, 10:32", "Share this article", "Copy link", "Print"),
        ("Read more about this topic", "Most read", "Recommended for you"),
        ("Sign in to leave a comment", "Be the first to comment"),
    ),
    "tr": (
        ("Günün öne çıkan haberleri", "her sabah e-posta kutunuzda."),
        ("Gelişmelerden haberdar olmak için", "bültenimize abone olun."),
        ("Kişisel verilerinizin işlenmesine ilişkin", "aydınlatma metnini", "okuyabilirsiniz."),
        ("Sitemizde", "çerezler", "kullanıyoruz. Ayrıntılı bilgi için", "gizlilik politikamıza", "bakınız."),
    ),
    "de": (
        ("Die wichtigsten Nachrichten des Tages", "direkt in Ihr Postfach."),
        ("Bleiben Sie auf dem Laufenden", "mit unserem kostenlosen Newsletter."),
        ("Mit der Anmeldung stimmen Sie den", "Datenschutzhinweisen", "zu. Abmeldung jederzeit möglich."),
        ("Wir verwenden", "Cookies,", "um unser Angebot zu verbessern."),
    ),
    "fr": (
        ("L'essentiel de l'actualité chaque matin", "dans votre boîte mail."),
        ("Ne manquez rien de l'actualité", "en vous inscrivant à notre lettre."),
        ("En vous inscrivant, vous acceptez nos", "conditions d'utilisation", "et pouvez vous désabonner à tout moment."),
        ("Ce site utilise des", "cookies", "pour mesurer son audience."),
    ),
    "es": (
        ("Las noticias más importantes del día", "en tu correo cada mañana."),
        ("Suscríbete a nuestro boletín", "y no te pierdas nada de lo que pasa."),
        ("Consulta nuestra", "política de privacidad", "para saber cómo tratamos tus datos."),
        ("Utilizamos", "cookies", "propias y de terceros."),
    ),
    "it": (
        ("Le notizie del giorno", "ogni sera nella tua casella di posta."),
        ("Iscriviti alla newsletter per restare aggiornato", "su quello che succede in città."),
        ("Leggi la nostra", "informativa sulla privacy", "per sapere come usiamo i tuoi dati."),
    ),
    "pt": (
        ("As notícias que importam", "todas as manhãs no seu e-mail."),
        ("Assine a nossa newsletter", "e fique por dentro do que acontece no mundo."),
        ("Ao continuar, você concorda com a nossa", "política de privacidade."),
    ),
    "nl": (
        ("Het belangrijkste nieuws van de dag", "elke ochtend in je mailbox."),
        ("Blijf op de hoogte van het laatste nieuws", "uit jouw regio."),
        ("Wij gebruiken", "cookies", "om deze site te verbeteren."),
    ),
    "pl": (
        ("Najważniejsze wiadomości dnia", "prosto na twoją skrzynkę."),
        ("Zapisz się do newslettera", "i bądź na bieżąco z wydarzeniami w kraju."),
        ("Korzystając ze strony, akceptujesz", "politykę prywatności", "serwisu."),
    ),
    "ru": (
        ("Главные новости дня", "каждое утро в вашей почте."),
        ("Подпишитесь на рассылку", "и будьте в курсе событий в стране и мире."),
        ("Продолжая пользоваться сайтом, вы соглашаетесь с", "политикой", "обработки персональных данных."),
    ),
    "el": (
        ("Οι σημαντικότερες ειδήσεις της ημέρας", "κάθε πρωί στο email σας."),
        ("Μείνετε ενημερωμένοι για όσα συμβαίνουν", "στην Ελλάδα και τον κόσμο."),
    ),
    "ar": (
        ("أهم أخبار اليوم", "في بريدك كل صباح."),
        ("اشترك في نشرتنا", "لتبقى على اطلاع بما يجري في المنطقة والعالم."),
        ("باستخدامك الموقع فإنك توافق على", "سياسة الخصوصية", "الخاصة بنا."),
    ),
    "fa": (("مهم‌ترین خبرهای روز", "هر صبح در ایمیل شما."), ("برای دریافت خبرنامه", "نشانی ایمیل خود را وارد کنید.")),
    "he": (("החדשות החשובות של היום", "ישירות לתיבת הדואר שלך."), ("הירשמו לניוזלטר שלנו", "והישארו מעודכנים.")),
    "hi": (("दिन भर की बड़ी खबरें", "हर सुबह आपके ईमेल पर।"), ("हमारे न्यूज़लेटर की सदस्यता लें", "और अपडेट रहें।")),
    "zh": (
        ("每日要闻", "每天早晨发送到您的邮箱。"),
        ("订阅我们的电子报", "掌握国内外最新动态。"),
        ("继续使用本网站即表示您同意我们的", "隐私政策", "。"),
    ),
    "ja": (
        ("今日の主なニュースを", "毎朝メールでお届けします。"),
        ("メールマガジンに登録して", "最新情報をお受け取りください。"),
        ("当サイトでは", "クッキー", "を使用しています。"),
    ),
    "ko": (("오늘의 주요 뉴스를", "매일 아침 메일로 보내 드립니다."), ("뉴스레터를 구독하고", "최신 소식을 받아 보세요.")),
    "th": (("ข่าวเด่นประจำวัน", "ส่งตรงถึงอีเมลของคุณทุกเช้า"), ("สมัครรับจดหมายข่าว", "เพื่อไม่พลาดทุกความเคลื่อนไหว")),
    "vi": (("Tin tức quan trọng trong ngày", "gửi đến hộp thư của bạn mỗi sáng."), ("Đăng ký nhận bản tin", "để không bỏ lỡ tin mới.")),
    "id": (("Berita penting hari ini", "langsung ke email Anda."), ("Berlangganan buletin kami", "dan ikuti kabar terbaru.")),
    "sv": (("Dagens viktigaste nyheter", "direkt i din inkorg."), ("Prenumerera på vårt nyhetsbrev", "och håll dig uppdaterad.")),
}  # fmt: skip

"""The pages of this part: for families, without an account."""

from provisioning.portal.access import ANYBODY, page
from provisioning.portal.applying import check_views, follow_views, step_views

app_name = "applying"
urlpatterns = [
    page("", check_views.home, "home", ANYBODY),
    page("privacy", check_views.privacy, "privacy", ANYBODY),
    page("check", check_views.check, "check", ANYBODY),
    page("apply/begin", check_views.begin, "begin", ANYBODY),
    page("apply/who", step_views.who, "who", ANYBODY),
    page("apply/children", step_views.children, "children", ANYBODY),
    page("apply/money", step_views.money, "money", ANYBODY),
    page("apply/papers", step_views.add_papers, "papers", ANYBODY),
    page("apply/papers/<int:number>/remove", step_views.remove_paper, "remove_paper", ANYBODY),
    page("apply/review", step_views.review, "review", ANYBODY),
    page("application", follow_views.state, "state", ANYBODY),
    page("application/find", follow_views.follow, "follow", ANYBODY),
    page("application/withdraw", follow_views.withdraw, "withdraw", ANYBODY),
    page("application/stop", follow_views.stop, "stop", ANYBODY),
]

"""Programs that submit mail, behind one interface (sender.Sender), and a raw socket among them."""

from .curl import CurlSender
from .msmtp import Msmtp
from .mutt import MuttSender
from .nodemailer import Nodemailer
from .python_smtplib import PythonSmtplib
from .raw import RawSender
from .s_nail import SNail
from .sender import Letter, Sender, Service
from .swaks import Swaks

ALL = (RawSender, CurlSender, Msmtp, MuttSender, Nodemailer, PythonSmtplib, SNail, Swaks)

__all__ = ["ALL", "Letter", "Sender", "Service", *(kind.__name__ for kind in ALL)]
